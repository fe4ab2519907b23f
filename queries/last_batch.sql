-- Which batch of lines was stored last?
SELECT max(batch_id) AS batch_id, max(committed_at) AS committed_at FROM batches
