-- Which requests carry one of these request ids?
-- At most $count, in no order: with the ids as the sole filter DuckDB uses the index, and ordering more than doubles the
-- time for one id.
-- $request_ids text[]
-- $count bigint
SELECT * FROM requests WHERE request_id IN (SELECT unnest($request_ids)) LIMIT $count
