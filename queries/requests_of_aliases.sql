-- Which requests are also known by one of these ids?
-- At most $count request ids an alias.
-- $aliases text[]
-- $count bigint
SELECT DISTINCT alias, request_id
FROM aliases
WHERE alias IN (SELECT unnest($aliases))
QUALIFY dense_rank() OVER (PARTITION BY alias ORDER BY request_id) <= $count
