-- Which refused lines mention this text, such as a request id?
-- $text text
-- with source_names
SELECT source_names.source AS source, quarantine.line_number AS line, quarantine.reason AS reason
FROM quarantine
LEFT JOIN source_names ON source_names.source_id = quarantine.source_id
WHERE contains(coalesce(quarantine.raw, quarantine.excerpt), $text)
ORDER BY source_names.source, quarantine.line_number
LIMIT 5
