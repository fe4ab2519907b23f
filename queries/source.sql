-- Which file, or other source, has this number?
-- $source_id bigint
SELECT path FROM sources WHERE source_id = $source_id
