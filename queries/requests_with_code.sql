-- Which requests were answered with this error code and HTTP status, newest first?
SELECT request_id
FROM requests
WHERE {scope} AND NOT clock_suspect AND status = $status
ORDER BY timestamp DESC, request_id
LIMIT $count
