-- By which other ids are the requests with these ids known?
-- At most $count a request id.
-- $request_ids text[]
-- $count bigint
SELECT DISTINCT request_id, kind, alias
FROM aliases
WHERE request_id IN (SELECT unnest($request_ids))
QUALIFY dense_rank() OVER (PARTITION BY request_id ORDER BY kind, alias) <= $count
ORDER BY request_id, kind, alias
