-- Which stored request ids begin or end like one of these, letter case aside?
-- For each the three that differ least, by at most three letters. heads are the first eight letters of the ids, tails
-- the last five, in small letters.
-- $request_ids text[]
-- $heads text[]
-- $tails text[]
WITH alike AS MATERIALIZED (
    SELECT DISTINCT request_id, lower(request_id) AS lowered
    FROM requests
    WHERE left(lower(request_id), 8) IN $heads OR right(lower(request_id), 5) IN $tails
), asked AS (
    SELECT asked_id, lower(asked_id) AS asked_lowered FROM (SELECT unnest($request_ids) AS asked_id) AS given
), near AS (
    SELECT asked_id, request_id, levenshtein(lowered, asked_lowered) AS distance
    FROM alike
    JOIN asked ON (left(lowered, 8) = left(asked_lowered, 8) OR right(lowered, 5) = right(asked_lowered, 5))
        AND abs(length(lowered) - length(asked_lowered)) <= 3
)
SELECT asked_id, request_id, distance
FROM near
WHERE distance <= 3
QUALIFY row_number() OVER (PARTITION BY asked_id ORDER BY distance, request_id) <= 3
ORDER BY asked_id, distance, request_id
