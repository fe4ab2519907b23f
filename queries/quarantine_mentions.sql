-- Which refused lines mention this text, such as a request id?
-- $text text
SELECT sources.path AS source, quarantine.line_number AS line, quarantine.reason AS reason
FROM quarantine
LEFT JOIN sources ON sources.source_id = quarantine.source_id
WHERE contains(quarantine.excerpt, $text)
ORDER BY sources.path, quarantine.line_number
LIMIT 5
