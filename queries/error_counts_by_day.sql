-- How many requests and errors were there each day, by route and error code?
-- An error has status 400 or higher, a server error 500 or higher. Without an error, error_code is NULL.
-- $start timestamp = null
-- $end timestamp = null
-- $environment text = null
SELECT f_bucket(hour, 86400) AS day,
    coalesce(route, 'no route') AS route,
    CASE WHEN status >= 400 THEN coalesce(error_code, 'no code') END AS error_code,
    sum(requests) AS requests,
    sum(CASE WHEN status >= 400 THEN requests ELSE 0 END) AS errors,
    sum(CASE WHEN status >= 500 THEN requests ELSE 0 END) AS server_errors
FROM requests_per_hour
WHERE ($start IS NULL OR hour >= $start) AND ($end IS NULL OR hour < $end)
    AND ($environment IS NULL OR environment = $environment)
GROUP BY ALL
ORDER BY day, route, error_code
