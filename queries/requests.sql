-- Which requests are there in this scope, newest first?
SELECT timestamp, request_id, environment, host, method, route, status, error_code, duration_ms, customer_id,
    website_id
FROM requests
WHERE {scope}
ORDER BY timestamp DESC, request_id
LIMIT 1000
