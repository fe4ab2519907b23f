-- Which sources have refused lines, and how many?
SELECT sources.path AS source, count(*) AS lines
FROM quarantine
LEFT JOIN sources ON sources.source_id = quarantine.source_id
GROUP BY sources.path
ORDER BY lines DESC, source
