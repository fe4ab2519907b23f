-- How many requests were there in each bucket of time, by status and error code?
-- Whole hours are read from the hourly rollup, the rest of the range from the minutes. For buckets narrower than an
-- hour $first_hour and $past_hour both equal the range's end, so that only minutes are read. A customer's requests are
-- counted in the requests table, since the rollups have only their errors.
-- $seconds bigint
-- $first_hour timestamp
-- $past_hour timestamp
-- $start timestamp
-- $end timestamp
-- $environment text = null
-- $customer_id text = null
-- $route text = null
-- $host text = null
SELECT f_bucket(moment, CAST($seconds AS BIGINT)) AS bucket, status, error_code, sum(requests) AS requests
FROM (
    SELECT hour AS moment, environment, route, host, status, error_code, requests
    FROM requests_per_hour
    WHERE $customer_id IS NULL
        AND hour >= CAST($first_hour AS TIMESTAMP) AND hour < CAST($past_hour AS TIMESTAMP)
    UNION ALL
    SELECT minute AS moment, environment, route, host, status, error_code, requests
    FROM requests_per_minute
    WHERE $customer_id IS NULL
        AND minute >= $start AND minute < CAST($first_hour AS TIMESTAMP)
    UNION ALL
    SELECT minute AS moment, environment, route, host, status, error_code, requests
    FROM requests_per_minute
    WHERE $customer_id IS NULL
        AND minute >= CAST($past_hour AS TIMESTAMP) AND minute < $end
    UNION ALL
    SELECT timestamp AS moment, environment, route, host, status, error_code, 1 AS requests
    FROM requests
    WHERE customer_id = $customer_id
        AND timestamp >= $start AND timestamp < $end AND NOT clock_suspect
) AS counted
WHERE ($environment IS NULL OR environment = $environment)
    AND ($route IS NULL OR route = $route)
    AND ($host IS NULL OR host = $host)
GROUP BY bucket, status, error_code
ORDER BY bucket, status, error_code
