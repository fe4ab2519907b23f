-- Which lines could not be understood, and why?
-- $limit bigint
-- with source_names
SELECT source_names.source AS source, quarantine.line_number AS line, quarantine.byte_offset AS "offset",
    quarantine.reason AS reason, quarantine.excerpt AS excerpt
FROM quarantine
LEFT JOIN source_names ON source_names.source_id = quarantine.source_id
ORDER BY source_names.source, quarantine.line_number
LIMIT $limit
