-- In how many hours of each day did any server log a request?
-- $start timestamp = null
-- $end timestamp = null
SELECT f_bucket(hour, 86400) AS day, count(DISTINCT hour) AS hours
FROM requests_per_hour
WHERE ($start IS NULL OR hour >= $start) AND ($end IS NULL OR hour < $end)
GROUP BY day
ORDER BY day
