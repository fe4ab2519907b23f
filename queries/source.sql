-- Which file, or other source, has this number?
-- $source_id bigint
SELECT f_source_name(path, state, retired_at) AS path FROM sources WHERE source_id = $source_id
