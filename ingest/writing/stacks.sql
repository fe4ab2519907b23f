-- Make one event of the lines of text between two lines that are known, if they are the stack of an error. stacks.py runs
-- these statements on the table `staged`.

-- name: empty
-- The lines that other formats of the same sources knew.
CREATE OR REPLACE TEMP TABLE placed_lines (
    source_id INTEGER, line_number BIGINT, timestamp TIMESTAMP, request_id VARCHAR, environment VARCHAR, host VARCHAR,
    release VARCHAR, clock_suspect BOOLEAN);

-- name: place
INSERT INTO placed_lines
SELECT source_id, line_number, timestamp, request_id, environment, host, release, clock_suspect
FROM staged WHERE outcome IN ('request', 'event');

-- name: texts
-- The refused lines that are text, if one of them may be of a stack.
-- $frame text, a regular expression
CREATE OR REPLACE TEMP TABLE text_lines AS
SELECT row, batch_id, source_id, line_number, byte_offset, byte_length, line_hash, raw, known_occurrence
FROM staged
WHERE outcome = 'refused' AND NOT is_known AND NOT regexp_matches(raw, '^\s*[{]')
    AND NOT coalesce(TRY(json_valid(raw)), false)
    AND EXISTS (SELECT 1 FROM staged WHERE outcome = 'refused' AND regexp_matches(raw, '^\s' || '|' || $frame));

-- name: known
-- The lines around them, which may have been stored earlier.
-- $before bigint, how many lines before the first of them
CREATE OR REPLACE TEMP TABLE known_lines AS
WITH around AS (
    SELECT source_id, min(line_number) - $before AS first, max(line_number) AS last FROM text_lines GROUP BY source_id
), stored AS (
    SELECT source_id, line_number, timestamp, request_id, environment, host, release, clock_suspect FROM requests
    UNION ALL
    SELECT source_id, line_number, timestamp, request_id, environment, host, release, clock_suspect FROM second_lines
    UNION ALL
    SELECT source_id, line_number, timestamp, request_id, environment, host, release, clock_suspect FROM events
)
SELECT source_id, line_number, timestamp, request_id, environment, host, release, clock_suspect
FROM staged WHERE outcome IN ('request', 'event')
UNION ALL
FROM placed_lines
UNION ALL
SELECT stored.*
FROM stored JOIN around ON around.source_id = stored.source_id AND stored.line_number BETWEEN around.first AND around.last
WHERE stored.line_number BETWEEN (SELECT min(first) FROM around) AND (SELECT max(last) FROM around);

-- name: stacks
-- A text belongs to the known line before it, and before the first one of its source it has the time of the next one. Its
-- time is a part of its hash, since the text itself has none: the same error may be thrown again.
-- $frame text, a regular expression
-- $longest bigint, bytes
-- $are_joined boolean, false for texts that were joined before
CREATE OR REPLACE TEMP TABLE stacks AS
WITH placed AS (
    SELECT text_lines.*, known_lines.line_number AS known_number, known_lines.timestamp AS known_at, request_id,
        environment, host, release, clock_suspect
    FROM text_lines ASOF LEFT JOIN known_lines
        ON known_lines.source_id = text_lines.source_id AND known_lines.line_number < text_lines.line_number
), timed AS (
    SELECT placed.*, coalesce(known_at, known_lines.timestamp) AS timestamp,
        CASE WHEN $are_joined THEN 0 ELSE row END AS alone
    FROM placed ASOF LEFT JOIN known_lines
        ON known_lines.source_id = placed.source_id AND known_lines.line_number > placed.line_number
), joined AS (
    SELECT source_id, batch_id, known_number, alone, count(*) AS lines, min(row) AS row,
        min(line_number) AS line_number, min(byte_offset) AS byte_offset,
        max(byte_offset + byte_length) - min(byte_offset) AS byte_length, sum(byte_length) AS size,
        string_agg(raw, chr(10) ORDER BY line_number) AS raw, any_value(line_hash) AS known_hash,
        any_value(known_occurrence) AS occurrence, any_value(timestamp) AS timestamp,
        any_value(request_id) AS request_id, any_value(environment) AS environment, any_value(host) AS host,
        any_value(release) AS release, any_value(clock_suspect) AS clock_suspect, list(row) AS rows
    FROM timed
    GROUP BY source_id, batch_id, known_number, alone
), titled AS (
    SELECT *, string_split(raw, chr(10)) AS texts FROM joined
    WHERE timestamp IS NOT NULL AND size <= $longest AND regexp_matches(raw, $frame)
)
SELECT * EXCLUDE (texts, known_hash, size, alone, known_number),
    CASE WHEN $are_joined THEN hash(raw || strftime(timestamp, ' %Y-%m-%dT%H:%M:%S.%f')) ELSE known_hash END AS line_hash,
    -- Python writes what is wrong last.
    trim(CASE WHEN starts_with(raw, 'Traceback') THEN texts[-1] ELSE texts[1] END, chr(13) || chr(9) || ' ') AS message
FROM titled;

-- name: delete
DELETE FROM staged WHERE row IN (SELECT unnest(rows) FROM stacks);

-- name: insert
INSERT INTO staged BY NAME
SELECT * EXCLUDE (rows, lines, clock_suspect), 'event' AS outcome, false AS is_known, 'error' AS level,
    coalesce(clock_suspect, false) AS clock_suspect, false AS duplicate
FROM stacks;
