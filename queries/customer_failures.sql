-- Which requests of a customer failed last?
-- $limit bigint
-- $customer_id text
SELECT timestamp, request_id, environment, host, method, route, path, status, error_code, customer_id, duration_ms
FROM requests
WHERE customer_id = $customer_id AND status >= 400
ORDER BY timestamp DESC, request_id
LIMIT $limit
