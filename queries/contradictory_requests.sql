-- Which requests show that the API contradicts itself, and how many are there of each kind?
-- `requests` is the total of the kind.
-- $count bigint, at most so many of the newest request ids of each kind
-- $start timestamp = null
-- $end timestamp = null
-- $environment text = null
WITH by_id AS (
    SELECT kind, request_id, max(timestamp) AS last_seen, count(*) AS requests
    FROM contradictory_requests
    WHERE ($start IS NULL OR timestamp >= $start) AND ($end IS NULL OR timestamp < $end)
        AND ($environment IS NULL OR environment = $environment)
    GROUP BY kind, request_id
), counted AS (
    SELECT kind, request_id, last_seen, sum(requests) OVER (PARTITION BY kind) AS requests,
        row_number() OVER (PARTITION BY kind ORDER BY last_seen DESC, request_id) AS recency
    FROM by_id
)
SELECT kind, request_id, requests
FROM counted
WHERE recency <= $count
ORDER BY kind, recency
