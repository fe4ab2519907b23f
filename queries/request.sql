-- Which requests carry this request id?
-- No order and no join: DuckDB uses the index only if the id is the sole filter, and then takes 1.5 ms at ten million
-- requests. Ordering here, or joining the source, more than doubles that.
-- $request_id text
SELECT * FROM requests WHERE request_id = $request_id
