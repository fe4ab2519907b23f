-- Which requests are there in this scope, newest first?
-- with in_scope
SELECT timestamp, request_id, environment, host, method, route, status, error_code, duration_ms, customer_id,
    website_id
FROM in_scope
ORDER BY timestamp DESC, request_id
LIMIT 1000
