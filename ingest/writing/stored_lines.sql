-- Which lines are in the store, whatever became of them? Those that were redacted by other rules are known by their hash
-- alone.
WITH other_rules AS (
    SELECT coalesce(max(CAST(value AS INTEGER)), 0) AS before_batch FROM meta WHERE name = 'batches_by_other_rules'
), every_line AS (
    SELECT batch_id, source_id, line_hash, timestamp, raw, occurrence FROM requests
    UNION ALL
    SELECT batch_id, source_id, line_hash, timestamp, raw, occurrence FROM events
    UNION ALL
    SELECT batch_id, source_id, line_hash, timestamp, raw, occurrence FROM second_lines
)
SELECT source_id, line_hash, timestamp, raw, occurrence, batch_id < before_batch AS has_other_rules
FROM every_line, other_rules
