-- Why was nothing of a batch understood?

-- name: of_batch
-- $batch bigint
SELECT (SELECT count(*) FROM quarantine WHERE batch_id = $batch) + (SELECT count(*) FROM unmapped WHERE batch_id = $batch),
    (SELECT count(*) FROM unmapped WHERE batch_id = $batch),
    (SELECT min_by(reason, line_number) FROM quarantine WHERE batch_id = $batch),
    (SELECT min_by(coalesce(raw, excerpt), line_number) FROM unmapped WHERE batch_id = $batch);
