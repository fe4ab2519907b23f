-- Which file, or other source, has this number?
SELECT path FROM sources WHERE source_id = $source_id
