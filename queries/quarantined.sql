-- Which lines could not be understood, and why?
-- $limit bigint
SELECT sources.path AS source, quarantine.line_number AS line, quarantine.byte_offset AS "offset",
    quarantine.reason AS reason, quarantine.excerpt AS excerpt
FROM quarantine
LEFT JOIN sources ON sources.source_id = quarantine.source_id
ORDER BY sources.path, quarantine.line_number
LIMIT $limit
