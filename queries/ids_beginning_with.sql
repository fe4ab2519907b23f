-- Which stored ids begin with one of these texts, each of at least six characters?
-- `fit` says how well: 1 begins with it; 2 is it, letter case aside; 3 begins with it, letter case aside. For each text and
-- fit the first id, how many ids there are, and how many requests or groups of application log lines they are of.
-- A scan: DuckDB uses an index for equal values only. What to compare first: $heads are the first six characters of the
-- texts in small letters, and every id that counts is from $least to before $past.
-- $beginnings text[]
-- $heads text[]
-- $least text
-- $past text
WITH asked AS (
    SELECT beginning, lower(beginning) AS lowered FROM (SELECT unnest($beginnings) AS beginning) AS given
), stored AS (
    SELECT request_id AS id, request_id FROM requests
    WHERE request_id >= $least AND request_id < $past AND lower(left(request_id, 6)) IN $heads
    UNION ALL
    SELECT alias AS id, request_id FROM aliases
    WHERE alias >= $least AND alias < $past AND lower(left(alias, 6)) IN $heads
    UNION ALL
    SELECT request_id AS id, request_id FROM events
    WHERE request_id >= $least AND request_id < $past AND lower(left(request_id, 6)) IN $heads
), fitting AS (
    SELECT beginning, id, request_id,
        CASE WHEN starts_with(id, beginning) THEN 1 WHEN lower(id) = lowered THEN 2 ELSE 3 END AS fit
    FROM stored
    JOIN asked ON lower(left(id, 6)) = left(lowered, 6) AND starts_with(lower(id), lowered)
)
SELECT beginning, fit, min(id) AS id, count(DISTINCT id) AS ids, count(DISTINCT request_id) AS requests
FROM fitting
GROUP BY beginning, fit
ORDER BY beginning, fit DESC
