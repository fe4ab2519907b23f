-- How many lines were refused for this kind of reason, and where do the newest stand?
-- $reason text
-- $count bigint
-- with source_names
SELECT source_names.source AS source, quarantine.line_number AS line, count(*) OVER () AS refused
FROM quarantine
LEFT JOIN source_names ON source_names.source_id = quarantine.source_id
WHERE quarantine.reason_kind = $reason
ORDER BY quarantine.batch_id DESC, source_names.source, quarantine.line_number DESC
LIMIT $count
