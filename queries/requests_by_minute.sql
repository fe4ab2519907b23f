-- How many requests did each environment answer, minute by minute?
SELECT environment, minute, sum(requests) AS requests
FROM requests_per_minute
GROUP BY environment, minute
ORDER BY environment, minute
