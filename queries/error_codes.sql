-- Which error codes occur, how often, and from when to when?
SELECT error_code, status, sum(requests) AS requests, min(minute) AS first_minute, max(minute) AS last_minute
FROM requests_per_minute
WHERE error_code IS NOT NULL
GROUP BY error_code, status
ORDER BY requests DESC, error_code, status
