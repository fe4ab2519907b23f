-- Mark the staged lines that are stored already, and count the equal lines of each source: equal_lines.py runs these
-- statements. A hash only finds candidates: a duplicate has the same text too, so no line is lost to a hash collision.
-- Texts that were redacted by other rules than those of now cannot be compared.

-- name: staged
-- How many lines are staged, and with how many hashes? How many have an occurrence: of the good ones, and of the rejected
-- ones? How many are rejected? Between which times are they?
SELECT count(*) AS lines, count(DISTINCT line_hash) AS hashes,
    count(occurrence) FILTER (WHERE outcome IN ('request', 'event')) AS good_with_occurrence,
    count(*) FILTER (WHERE outcome IN ('request', 'event')) AS good,
    count(*) FILTER (WHERE outcome IN ('refused', 'unmapped')) AS rejected,
    min(timestamp), max(timestamp)
FROM staged;

-- name: rank
-- Number the equal lines of each source.
UPDATE staged SET occurrence = ranked.occurrence
FROM (
    SELECT row, row_number() OVER (PARTITION BY source_id, line_hash, raw ORDER BY row) AS occurrence
    FROM staged
    WHERE occurrence IS NOT NULL
        AND line_hash IN (SELECT line_hash FROM staged GROUP BY line_hash HAVING count(*) > 1)
) AS ranked
WHERE ranked.row = staged.row AND ranked.occurrence > 1;

-- name: stored
-- Is any staged line stored, by its hash and its time? Reading the texts is expensive, and mostly none is.
-- $first timestamp
-- $last timestamp
-- with stored_lines
SELECT EXISTS (
    SELECT 1
    FROM stored_lines
    JOIN staged ON stored_lines.line_hash = staged.line_hash AND stored_lines.timestamp = staged.timestamp
    WHERE stored_lines.timestamp BETWEEN $first AND $last);

-- name: mark_stored
-- Lines that their text identifies.
-- $first timestamp
-- $last timestamp
-- with stored_lines
UPDATE staged SET duplicate = true
WHERE row IN (
    SELECT staged.row
    FROM staged
    JOIN stored_lines ON stored_lines.line_hash = staged.line_hash AND stored_lines.timestamp = staged.timestamp
    WHERE staged.occurrence IS NULL AND stored_lines.timestamp BETWEEN $first AND $last
        AND (stored_lines.raw = staged.raw OR stored_lines.has_other_rules));

-- name: no_equal_lines
CREATE OR REPLACE TEMP TABLE equal_lines (
    source_id INTEGER, line_hash UBIGINT, raw VARCHAR, is_rejected BOOLEAN, occurrence INTEGER);

-- name: equal_lines
-- The stored lines with the text of a staged line that has an occurrence.
-- $first timestamp
-- $last timestamp
-- with stored_lines
INSERT INTO equal_lines
SELECT stored.source_id, stored.line_hash, counted.raw, false, stored.occurrence
FROM (FROM stored_lines WHERE timestamp BETWEEN $first AND $last) AS stored
JOIN (SELECT DISTINCT line_hash, timestamp, raw FROM staged WHERE occurrence IS NOT NULL) AS counted
    ON counted.line_hash = stored.line_hash AND counted.timestamp = stored.timestamp
WHERE counted.raw = stored.raw OR stored.has_other_rules;

-- name: equal_rejected
-- The rejected lines that are equal to a staged rejected line. Only an excerpt may be stored, so the length is compared.
INSERT INTO equal_lines
SELECT rejected.source_id, rejected.line_hash, staged_texts.raw, true, rejected.occurrence
FROM (
    SELECT source_id, line_hash, byte_length, occurrence FROM quarantine
    UNION ALL
    SELECT source_id, line_hash, byte_length, occurrence FROM unmapped
) AS rejected
JOIN (
    SELECT DISTINCT line_hash, byte_length, raw FROM staged WHERE outcome IN ('refused', 'unmapped')
) AS staged_texts
    ON staged_texts.line_hash = rejected.line_hash AND staged_texts.byte_length = rejected.byte_length;

-- name: count_on
-- A source goes on where it has got with its equal lines: with those that are stored, and with those that were duplicates.
UPDATE staged SET occurrence = staged.occurrence + reached.occurrences
FROM (
    SELECT source_id, line_hash, max(occurrences) AS occurrences
    FROM (
        SELECT source_id, line_hash, occurrence AS occurrences FROM equal_lines
        UNION ALL
        SELECT source_id, line_hash, occurrence FROM quarantine
        UNION ALL
        SELECT source_id, line_hash, occurrence FROM unmapped
        UNION ALL
        SELECT source_id, line_hash, occurrences FROM repeated_lines
    ) AS counted
    SEMI JOIN (FROM staged WHERE occurrence IS NOT NULL) AS counting
        ON counting.source_id = counted.source_id AND counting.line_hash = counted.line_hash
    GROUP BY source_id, line_hash
) AS reached
WHERE reached.source_id = staged.source_id AND reached.line_hash = staged.line_hash
    AND staged.occurrence IS NOT NULL AND reached.occurrences IS NOT NULL;

-- name: mark_texts
-- A stored line without an occurrence stands for every line of its text, which therefore needs no occurrence either.
UPDATE staged SET duplicate = true, occurrence = NULL
WHERE row IN (
    SELECT staged.row
    FROM staged
    SEMI JOIN (FROM equal_lines WHERE occurrence IS NULL) AS equal
        ON equal.line_hash = staged.line_hash AND equal.raw = staged.raw
        AND equal.is_rejected = (staged.outcome IN ('refused', 'unmapped')));

-- name: mark_occurrences
UPDATE staged SET duplicate = true
WHERE row IN (
    SELECT staged.row
    FROM staged
    SEMI JOIN equal_lines AS equal
        ON equal.line_hash = staged.line_hash AND equal.raw = staged.raw AND equal.occurrence = staged.occurrence
        AND equal.is_rejected = (staged.outcome IN ('refused', 'unmapped'))
    UNION ALL
    SELECT staged.row
    FROM staged
    SEMI JOIN (FROM equal_lines WHERE is_rejected) AS equal
        ON equal.line_hash = staged.line_hash AND equal.raw = staged.raw
    WHERE staged.occurrence IS NULL AND staged.outcome IN ('refused', 'unmapped'));

-- name: mark_repeated
-- Lines that are equal to an earlier staged line, of the same occurrence if they have one.
UPDATE staged SET duplicate = true
WHERE row IN (
    SELECT row FROM staged
    WHERE line_hash IN (SELECT line_hash FROM staged GROUP BY line_hash HAVING count(*) > 1)
    QUALIFY row_number() OVER (PARTITION BY line_hash, raw, occurrence ORDER BY row) > 1);

-- name: name_requests
-- The hash of its line serves as the id of a request that has none; equal lines get different ones.
UPDATE staged SET request_id = request_id || '-' || occurrence
WHERE has_made_id AND occurrence > 1;

-- name: keep_count
-- How far each source has got with lines that were duplicates.
INSERT INTO repeated_lines
SELECT batch_id, source_id, line_hash, max(occurrence)
FROM staged
WHERE duplicate AND occurrence IS NOT NULL
GROUP BY batch_id, source_id, line_hash;

-- name: drop_own_counts
-- A line that is replayed may be equal to itself, which its source has stored before.
DELETE FROM repeated_lines USING equal_lines
WHERE equal_lines.source_id = repeated_lines.source_id AND equal_lines.line_hash = repeated_lines.line_hash
    AND equal_lines.occurrence = repeated_lines.occurrences;
