-- Which pipes answered in a span of time, the most asked for first?
-- A path is without its query. One span of a day or two keeps the engine from scanning the whole table.
-- $route text
-- $query_mark text
-- $earliest timestamp
-- $latest timestamp
-- $count bigint
SELECT CASE WHEN position($query_mark IN path) > 0 THEN substr(path, 1, position($query_mark IN path) - 1) ELSE path END AS address,
    count(*) AS requests
FROM requests
WHERE route = $route AND status BETWEEN 200 AND 299 AND error_code IS NULL
    AND timestamp BETWEEN $earliest AND $latest
GROUP BY address
ORDER BY requests DESC, address
LIMIT $count
