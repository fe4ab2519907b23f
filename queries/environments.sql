-- Which environments do the logs name?
SELECT DISTINCT environment
FROM requests_per_hour
WHERE environment IS NOT NULL
ORDER BY environment
