-- How many requests were there on each day at a time of day, by status and error code?
-- A day starts at the time of day of $earliest and lasts $seconds_of_day. A customer's requests are counted in the
-- requests table.
-- $earliest timestamp
-- $latest timestamp
-- $seconds_of_day bigint
-- $environment text = null
-- $customer_id text = null
-- $route text = null
-- $host text = null
SELECT f_add_seconds(CAST($earliest AS TIMESTAMP), into_range - mod(into_range, 86400)) AS day, status, error_code,
    sum(requests) AS requests
FROM (
    SELECT date_diff('second', CAST($earliest AS TIMESTAMP), moment) AS into_range, *
    FROM (
        SELECT minute AS moment, environment, route, host, status, error_code, requests
        FROM requests_per_minute
        WHERE $customer_id IS NULL
            AND minute >= CAST($earliest AS TIMESTAMP) AND minute < CAST($latest AS TIMESTAMP)
        UNION ALL
        SELECT timestamp AS moment, environment, route, host, status, error_code, 1 AS requests
        FROM requests
        WHERE customer_id = $customer_id
            AND timestamp >= CAST($earliest AS TIMESTAMP) AND timestamp < CAST($latest AS TIMESTAMP) AND NOT clock_suspect
    ) AS counted
) AS counted_by_day
WHERE mod(into_range, 86400) < CAST($seconds_of_day AS BIGINT)
    AND ($environment IS NULL OR environment = $environment)
    AND ($route IS NULL OR route = $route)
    AND ($host IS NULL OR host = $host)
GROUP BY day, status, error_code
ORDER BY day, status, error_code
