-- Which files, or other sources, have these numbers?
-- $source_ids bigint[]
SELECT source_id, f_source_name(path, state, retired_at) AS path FROM sources WHERE source_id IN (SELECT unnest($source_ids))
