-- How many requests were logged on each day, and in how many of its hours?
-- $earliest timestamp
-- $latest timestamp
SELECT f_bucket(hour, 86400) AS day, sum(requests) AS requests, count(DISTINCT hour) AS hours
FROM requests_per_hour
WHERE hour >= $earliest AND hour < $latest
GROUP BY day
ORDER BY day
