-- Which lines are in the store, whatever became of them?
SELECT line_hash, timestamp, raw FROM requests
UNION ALL
SELECT line_hash, timestamp, raw FROM events
UNION ALL
SELECT line_hash, timestamp, raw FROM second_lines
