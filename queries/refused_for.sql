-- How many lines were refused for a reason that begins like this, and where do the newest stand?
-- $reason text
-- $count bigint
SELECT sources.path AS source, quarantine.line_number AS line, count(*) OVER () AS refused
FROM quarantine
LEFT JOIN sources ON sources.source_id = quarantine.source_id
WHERE starts_with(quarantine.reason, $reason)
ORDER BY quarantine.batch_id DESC, sources.path, quarantine.line_number DESC
LIMIT $count
