-- Mark the staged lines that are equal to a stored line, or to an earlier staged line. A hash only finds candidates: a
-- duplicate has the same text too, so no line is lost to a hash collision.

-- name: staged
-- How many lines are staged, with how many hashes, between which times, and how many of them fit no table of requests?
SELECT count(*), count(DISTINCT line_hash), min(timestamp), max(timestamp),
    count(*) FILTER (WHERE outcome IN ('refused', 'unmapped'))
FROM staged;

-- name: mark_repeated
UPDATE staged SET duplicate = true
WHERE row IN (
    SELECT row FROM staged QUALIFY row_number() OVER (PARTITION BY line_hash, raw ORDER BY row) > 1);

-- name: stored
-- How many staged lines have the hash and the time of a stored one? Reading the texts is expensive, and mostly there is
-- none.
-- $first timestamp
-- $last timestamp
-- with stored_lines
SELECT count(*)
FROM staged
JOIN stored_lines ON stored_lines.line_hash = staged.line_hash AND stored_lines.timestamp = staged.timestamp
WHERE stored_lines.timestamp BETWEEN $first AND $last;

-- name: mark_stored
-- $first timestamp
-- $last timestamp
-- with stored_lines
UPDATE staged SET duplicate = true
WHERE row IN (
    SELECT staged.row
    FROM staged
    JOIN stored_lines ON stored_lines.line_hash = staged.line_hash AND stored_lines.timestamp = staged.timestamp
    WHERE stored_lines.timestamp BETWEEN $first AND $last AND stored_lines.raw = staged.raw);

-- name: mark_rejected
-- A rejected line may be stored as an excerpt only, so its hash and its length are compared.
UPDATE staged SET duplicate = true
WHERE row IN (
    SELECT staged.row
    FROM staged
    JOIN (
        SELECT line_hash, byte_length FROM quarantine UNION ALL SELECT line_hash, byte_length FROM unmapped
    ) AS rejected ON rejected.line_hash = staged.line_hash AND rejected.byte_length = staged.byte_length
    WHERE staged.outcome IN ('refused', 'unmapped'));
