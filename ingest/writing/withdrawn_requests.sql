-- Which requests are in a provisional batch of this source?
-- $source bigint
SELECT source_id, line_number
FROM requests
WHERE batch_id IN (SELECT batch_id FROM batches WHERE source_id = $source AND provisional)
