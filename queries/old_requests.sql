-- How many requests are stored from before a time, by day, environment and status?
-- Lines with an implausible time have no age and are excluded.
-- $latest timestamp
SELECT f_bucket(timestamp, 86400) AS day, environment, status, count(*) AS lines
FROM requests
WHERE NOT clock_suspect AND timestamp < $latest
GROUP BY day, environment, status
ORDER BY day, environment, status
