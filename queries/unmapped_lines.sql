-- Which lines are JSON objects of no known format, and where do they stand?
-- $source text = null
-- $limit bigint
SELECT sources.path AS source, unmapped.line_number AS line, unmapped.byte_offset AS "offset",
    unmapped.excerpt AS excerpt
FROM unmapped
LEFT JOIN sources ON sources.source_id = unmapped.source_id
WHERE $source IS NULL OR sources.path = $source
ORDER BY sources.path, unmapped.line_number
LIMIT $limit
