-- Which requests failed in this scope, newest first?
SELECT timestamp, request_id, environment, host, method, route, path, status, error_code, customer_id
FROM requests
WHERE {scope}
    AND status >= 400
    AND (status >= 500 OR NOT CAST($server_errors_only AS BOOLEAN))
    AND NOT clock_suspect
ORDER BY timestamp DESC, request_id
LIMIT $limit
