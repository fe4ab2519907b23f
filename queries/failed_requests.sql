-- Which requests failed in this scope, newest first?
-- $server_errors_only boolean = false
-- $limit bigint
-- with in_scope
SELECT timestamp, request_id, environment, host, method, route, path, status, error_code, customer_id
FROM in_scope
WHERE status >= 400
    AND (status >= 500 OR NOT CAST($server_errors_only AS BOOLEAN))
    AND NOT clock_suspect
ORDER BY timestamp DESC, request_id
LIMIT $limit
