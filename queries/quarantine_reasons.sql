-- Why were lines refused, how many for each reason, and in how many sources?
-- Reasons that differ only in a value or a position in the line are one kind.
-- $source text = null
-- with source_names
SELECT quarantine.reason_kind AS kind, count(*) AS lines, count(DISTINCT quarantine.source_id) AS sources,
    min(quarantine.reason) AS example
FROM quarantine
LEFT JOIN source_names ON source_names.source_id = quarantine.source_id
WHERE $source IS NULL OR source_names.source = $source
GROUP BY kind
ORDER BY lines DESC, kind
