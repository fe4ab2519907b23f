-- Which requests carry this request id?
-- The index serves only where the id is the sole filter, so ordering happens outside.
WITH found AS MATERIALIZED (
    SELECT * FROM requests WHERE request_id = $request_id
)
SELECT found.*, sources.path AS source
FROM found
LEFT JOIN sources ON sources.source_id = found.source_id
ORDER BY found.timestamp, found.source_id, found.line_number
