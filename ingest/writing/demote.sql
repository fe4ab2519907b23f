-- Move the lines in the table `demoted` out of `requests`. The statements run in this order.

-- name: aliases
-- The id of a second line, and its aliases, become aliases of the request.
-- $batch bigint
INSERT INTO aliases (alias, kind, request_id, batch_id)
SELECT DISTINCT found.alias, found.kind, found.request_id, $batch
FROM (
    SELECT low.request_id AS alias, 'request' AS kind, high.request_id
    FROM demoted
    JOIN near AS low ON low.source_id = demoted.source_id AND low.line_number = demoted.line_number
    JOIN near AS high
        ON high.source_id = demoted.first_source_id AND high.line_number = demoted.first_line_number
    UNION ALL
    SELECT aliases.alias, aliases.kind, high.request_id
    FROM demoted
    JOIN near AS low ON low.source_id = demoted.source_id AND low.line_number = demoted.line_number
    JOIN near AS high
        ON high.source_id = demoted.first_source_id AND high.line_number = demoted.first_line_number
    JOIN aliases ON aliases.request_id = low.request_id
    WHERE low.request_id <> high.request_id
) AS found
ANTI JOIN aliases AS known ON known.alias = found.alias AND known.request_id = found.request_id
WHERE found.alias <> found.request_id AND NOT starts_with(found.alias, 'line-');

-- name: second_lines
-- Move the second lines: first copy them.
-- $earliest timestamp
-- $latest timestamp
INSERT INTO second_lines BY NAME
SELECT requests.*, demoted.first_source_id, demoted.first_line_number
FROM requests JOIN demoted
    ON demoted.source_id = requests.source_id AND demoted.line_number = requests.line_number
WHERE requests.timestamp BETWEEN $earliest AND $latest;

-- name: first_lines_of_second_lines
-- What was a second line of a moved line is one of the same request.
UPDATE second_lines
SET first_source_id = demoted.first_source_id, first_line_number = demoted.first_line_number
FROM demoted
WHERE second_lines.first_source_id = demoted.source_id AND second_lines.first_line_number = demoted.line_number;

-- name: touched
-- Their minutes are counted anew.
-- $earliest timestamp
-- $latest timestamp
INSERT INTO touched
SELECT DISTINCT date_trunc('minute', requests.timestamp)
FROM requests JOIN demoted
    ON demoted.source_id = requests.source_id AND demoted.line_number = requests.line_number
WHERE requests.timestamp BETWEEN $earliest AND $latest AND NOT requests.clock_suspect;

-- name: moved
-- They count as requests no more.
-- $earliest timestamp
-- $latest timestamp
INSERT INTO moved_lines
SELECT requests.batch_id, requests.source_id, 1
FROM requests JOIN demoted
    ON demoted.source_id = requests.source_id AND demoted.line_number = requests.line_number
WHERE requests.timestamp BETWEEN $earliest AND $latest;

-- name: requests
-- The copied lines go.
-- $earliest timestamp
-- $latest timestamp
DELETE FROM requests USING demoted
WHERE demoted.source_id = requests.source_id AND demoted.line_number = requests.line_number
    AND requests.timestamp BETWEEN $earliest AND $latest;
