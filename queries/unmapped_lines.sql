-- Which lines are JSON objects of no known format, and where do they stand?
-- $source text = null
-- $limit bigint
-- with source_names
SELECT source_names.source AS source, unmapped.line_number AS line, unmapped.byte_offset AS "offset",
    unmapped.excerpt AS excerpt
FROM unmapped
LEFT JOIN source_names ON source_names.source_id = unmapped.source_id
WHERE $source IS NULL OR source_names.source = $source
ORDER BY source_names.source, unmapped.line_number
LIMIT $limit
