-- Which requests were answered with this error code and HTTP status, newest first?
-- $status bigint
-- $count bigint
-- with in_scope
SELECT request_id
FROM in_scope
WHERE NOT clock_suspect AND status = $status
ORDER BY timestamp DESC, request_id
LIMIT $count
