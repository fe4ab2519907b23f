-- Find the lines of one request from several seats, so that it is counted once. merging.py runs `near`, then one of
-- `of_a_higher_seat` and `of_the_same_id`, and then the statements of demote.sql for the lines found.

-- name: near
-- The candidates, in their span of time.
-- $earliest timestamp
-- $latest timestamp
CREATE OR REPLACE TEMP TABLE near AS
SELECT source_id, line_number, line_hash, timestamp, request_id, seat, duration_ms,
    CASE seat WHEN 'edge' THEN 1 WHEN 'proxy' THEN 2 WHEN 'platform' THEN 3 ELSE 4 END AS rank,
    to_milliseconds(CAST(least(greatest(coalesce(duration_ms, 0), 0), 600000) AS BIGINT)) AS duration
FROM requests
WHERE timestamp BETWEEN $earliest AND $latest;

-- name: of_a_higher_seat
-- The nearest line of the target rank that shares an id (its request id, or an alias of kind request or edge), within a
-- minute plus the longer of the two durations. It takes one line of each lower seat, so that a repeated call with the
-- same id remains a request of its own.
-- $target bigint, the rank of that seat
-- $earliest timestamp
-- $latest timestamp
CREATE OR REPLACE TEMP TABLE demoted AS
WITH named AS (
    SELECT near.*, near.request_id AS name FROM near
    UNION ALL
    SELECT near.*, aliases.alias FROM near JOIN aliases ON aliases.request_id = near.request_id
    WHERE aliases.kind IN ('request', 'edge')
), lower_lines AS (
    SELECT * FROM named WHERE rank < $target
), target_lines AS (
    SELECT * FROM named WHERE rank = $target
), pairs AS (
    SELECT low.source_id, low.line_number, low.seat, low.line_hash, high.source_id AS first_source_id,
        high.line_number AS first_line_number, low.timestamp - high.timestamp AS distance,
        greatest(low.duration, high.duration) AS duration
    FROM lower_lines AS low ASOF JOIN target_lines AS high
        ON low.name = high.name AND low.timestamp >= high.timestamp
    UNION ALL
    SELECT low.source_id, low.line_number, low.seat, low.line_hash, high.source_id, high.line_number,
        high.timestamp - low.timestamp, greatest(low.duration, high.duration)
    FROM lower_lines AS low ASOF JOIN target_lines AS high
        ON low.name = high.name AND low.timestamp <= high.timestamp
), nearest AS (
    SELECT * FROM pairs WHERE distance <= duration + INTERVAL 1 MINUTE
    QUALIFY row_number() OVER (
        PARTITION BY source_id, line_number ORDER BY distance, first_source_id, first_line_number) = 1
), free AS (
    SELECT nearest.* FROM nearest ANTI JOIN (
        SELECT * FROM second_lines WHERE timestamp BETWEEN $earliest AND $latest
    ) AS taken
        ON taken.first_source_id = nearest.first_source_id AND taken.first_line_number = nearest.first_line_number
        AND taken.seat = nearest.seat
)
SELECT source_id, line_number, first_source_id, first_line_number FROM free
QUALIFY row_number() OVER (
    PARTITION BY first_source_id, first_line_number, seat ORDER BY distance, line_hash) = 1;

-- name: of_the_same_id
-- A platform repeats the fields of the request on each of its lines. A line with the duration is preferred.
CREATE OR REPLACE TEMP TABLE demoted AS
WITH ordered AS (
    SELECT source_id, line_number,
        first_value(source_id) OVER of_one_id AS first_source_id,
        first_value(line_number) OVER of_one_id AS first_line_number
    FROM near WHERE rank = 3
    WINDOW of_one_id AS (PARTITION BY request_id ORDER BY duration_ms IS NULL, timestamp, line_hash, line_number)
)
SELECT * FROM ordered WHERE source_id <> first_source_id OR line_number <> first_line_number;
