-- Which other log lines were written while the request with this id was handled?
WITH found AS MATERIALIZED (
    SELECT * FROM events WHERE request_id = $request_id
)
SELECT found.timestamp, found.environment, found.host, found.level, found.message, found.raw,
    found.line_number, sources.path AS source
FROM found
LEFT JOIN sources ON sources.source_id = found.source_id
ORDER BY found.timestamp, found.source_id, found.line_number
