-- Which application log lines carry one of these ids?
-- Of each id the oldest $count, and how many there are in all.
-- $request_ids text[]
-- $count bigint
WITH named AS MATERIALIZED (
    SELECT timestamp, request_id, raw, source_id, line_number FROM events WHERE request_id IN $request_ids
)
SELECT *, count(*) OVER (PARTITION BY request_id) AS lines
FROM named
QUALIFY row_number() OVER (PARTITION BY request_id ORDER BY timestamp, source_id, line_number) <= $count
ORDER BY timestamp, source_id, line_number
