-- When, for whom and with which outcome were the requests with these request ids answered?
-- The oldest $count of each id, in time order. `sharing` counts all requests of the id.
-- $request_ids text[]
-- $count bigint
WITH named AS MATERIALIZED (
    SELECT timestamp, request_id, customer_id, method, route, path, status, error_code, source_id, line_number, line_hash
    FROM requests
    WHERE request_id IN (SELECT unnest($request_ids))
)
SELECT *, count(*) OVER (PARTITION BY request_id) AS sharing
FROM named
QUALIFY row_number() OVER (
    PARTITION BY request_id ORDER BY timestamp, source_id, line_number, line_hash) <= $count
ORDER BY timestamp, source_id, line_number, line_hash
