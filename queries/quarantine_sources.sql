-- Which sources have refused lines, and how many?
-- with source_names
SELECT source_names.source AS source, count(*) AS lines
FROM quarantine
LEFT JOIN source_names ON source_names.source_id = quarantine.source_id
GROUP BY source_names.source
ORDER BY lines DESC, source
