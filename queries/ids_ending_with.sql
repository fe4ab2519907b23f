-- Which stored ids that a gateway gave end with one of these texts, each of at least ten characters?
-- For each text the first id, and how many ids and requests there are. `fit` is as in ids_beginning_with.sql.
-- $endings text[]
WITH asked AS (
    SELECT unnest($endings) AS ending
)
SELECT ending, 1 AS fit, min(alias) AS id, count(DISTINCT alias) AS ids, count(DISTINCT request_id) AS requests
FROM aliases
JOIN asked ON right(alias, 10) = right(ending, 10) AND suffix(alias, ending)
GROUP BY ending
