-- Which other log lines were written with these request ids, each within a range of time?
-- The lists have one item for each range: the request id, the start and the end. `number` is the item's number, from 0.
-- The oldest $count lines.
-- $request_ids text[]
-- $starts timestamp[]
-- $ends timestamp[]
-- $count bigint
WITH asked AS (
    SELECT unnest(range(len($request_ids))) AS number, unnest($request_ids) AS asked_id, unnest($starts) AS earliest,
        unnest($ends) AS latest
), named AS MATERIALIZED (
    SELECT timestamp, request_id, raw, source_id, line_number
    FROM events
    WHERE request_id IN (SELECT asked_id FROM asked)
)
SELECT number, named.*
FROM named
JOIN asked ON asked_id = request_id AND timestamp BETWEEN earliest AND latest
ORDER BY timestamp, source_id, line_number
LIMIT $count
