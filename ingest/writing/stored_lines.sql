-- Which lines are in the store, whatever became of them?
SELECT source_id, line_hash, timestamp, raw, occurrence FROM requests
UNION ALL
SELECT source_id, line_hash, timestamp, raw, occurrence FROM events
UNION ALL
SELECT source_id, line_hash, timestamp, raw, occurrence FROM second_lines
