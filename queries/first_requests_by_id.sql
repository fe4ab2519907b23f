-- Which requests are the first with each of these request ids, where many carry the same?
-- At most $count an id: the oldest from $since on, then the oldest before it.
-- $request_ids text[]
-- $since timestamp = null
-- $count bigint
WITH named AS MATERIALIZED (
    SELECT * FROM requests WHERE request_id IN (SELECT unnest($request_ids))
)
SELECT *
FROM named
QUALIFY row_number() OVER (
    PARTITION BY request_id
    ORDER BY coalesce(timestamp < $since, FALSE), timestamp, source_id, line_number, line_hash) <= $count
