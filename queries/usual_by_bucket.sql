-- How many requests were there, and how many of them failed, in each bucket at a time of day?
-- The time of day starts at that of $earliest and lasts $seconds_of_day. Buckets of an hour or more read the hourly
-- rollup, narrower buckets the minutes: $first_hour is $earliest or $latest, so that one of the two ranges is empty. A
-- customer's requests are counted in the requests table.
-- $seconds bigint
-- $server_errors_only boolean = false
-- $first_hour timestamp
-- $latest timestamp
-- $earliest timestamp
-- $seconds_of_day bigint
-- $environment text = null
-- $customer_id text = null
-- $route text = null
-- $host text = null
-- $error_code text = null
SELECT f_bucket(moment, CAST($seconds AS BIGINT)) AS bucket,
    sum(requests) AS requests,
    sum(CASE WHEN status >= 400
            AND ($error_code IS NULL OR error_code = $error_code)
            AND (status >= 500 OR NOT CAST($server_errors_only AS BOOLEAN))
        THEN requests ELSE 0 END) AS failed
FROM (
    SELECT hour AS moment, environment, route, host, status, error_code, requests
    FROM requests_per_hour
    WHERE $customer_id IS NULL
        AND hour >= CAST($first_hour AS TIMESTAMP) AND hour < CAST($latest AS TIMESTAMP)
    UNION ALL
    SELECT minute AS moment, environment, route, host, status, error_code, requests
    FROM requests_per_minute
    WHERE $customer_id IS NULL
        AND minute >= CAST($earliest AS TIMESTAMP) AND minute < CAST($first_hour AS TIMESTAMP)
    UNION ALL
    SELECT timestamp AS moment, environment, route, host, status, error_code, 1 AS requests
    FROM requests
    WHERE customer_id = $customer_id
        AND timestamp >= CAST($earliest AS TIMESTAMP) AND timestamp < CAST($latest AS TIMESTAMP) AND NOT clock_suspect
) AS counted
WHERE mod(date_diff('second', CAST($earliest AS TIMESTAMP), moment), 86400) < CAST($seconds_of_day AS BIGINT)
    AND ($environment IS NULL OR environment = $environment)
    AND ($route IS NULL OR route = $route)
    AND ($host IS NULL OR host = $host)
GROUP BY bucket
ORDER BY bucket
