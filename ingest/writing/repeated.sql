-- Delete directly inserted lines that are equal to a stored line, or to an earlier one of the lines inserted with them.
-- `lines` are the lines inserted now; $batch is the first batch id of the transaction.

-- name: inserted
-- Between which times are the inserted lines?
-- $batch bigint
SELECT min(requests.timestamp), max(requests.timestamp)
FROM requests
JOIN lines ON lines.source_id = requests.source_id AND lines.line_number = requests.line_number
WHERE requests.batch_id >= $batch;

-- name: candidates
-- Pairs of an inserted line and an earlier one with the same hash and time. Their texts are compared afterwards, if there
-- are any, since reading texts back is expensive.
-- $batch bigint
-- $first timestamp
-- $last timestamp
CREATE OR REPLACE TEMP TABLE candidates AS
WITH stored AS (
    SELECT requests.batch_id, requests.source_id, requests.line_number, requests.line_hash, requests.timestamp,
        lines.row
    FROM requests
    LEFT JOIN lines ON lines.source_id = requests.source_id AND lines.line_number = requests.line_number
        AND requests.batch_id >= $batch
    WHERE requests.timestamp BETWEEN $first AND $last
)
SELECT inserted.batch_id, inserted.source_id, inserted.line_number, earlier.source_id AS earlier_source_id,
    earlier.line_number AS earlier_line_number
FROM stored AS inserted
JOIN stored AS earlier ON earlier.line_hash = inserted.line_hash AND earlier.timestamp = inserted.timestamp
WHERE inserted.row IS NOT NULL AND (earlier.row IS NULL OR earlier.row < inserted.row);

-- name: repeated
-- $first timestamp
-- $last timestamp
CREATE OR REPLACE TEMP TABLE repeated AS
WITH other_rules AS (
    SELECT coalesce(max(CAST(value AS INTEGER)), 0) AS before_batch FROM meta WHERE name = 'batches_by_other_rules'
), texts AS (
    SELECT source_id, line_number, raw, batch_id < before_batch AS has_other_rules
    FROM requests, other_rules
    WHERE timestamp BETWEEN $first AND $last
)
SELECT DISTINCT candidates.batch_id, candidates.source_id, candidates.line_number
FROM candidates
JOIN texts AS inserted
    ON inserted.source_id = candidates.source_id AND inserted.line_number = candidates.line_number
JOIN texts AS earlier
    ON earlier.source_id = candidates.earlier_source_id AND earlier.line_number = candidates.earlier_line_number
WHERE earlier.raw = inserted.raw OR earlier.has_other_rules;

-- name: delete
DELETE FROM requests USING repeated
WHERE repeated.batch_id = requests.batch_id AND repeated.source_id = requests.source_id
    AND repeated.line_number = requests.line_number;
