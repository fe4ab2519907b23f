-- With which HTTP statuses was each error code answered, how often, and when last?
-- Whole hours are read from the hourly rollup, the rest of the range from the minutes: `last_from` to `last_until` is
-- the last hour or minute with such an answer.
-- $start timestamp = null
-- $end timestamp = null
-- $environment text = null
WITH counted AS (
    SELECT error_code, status, requests, hour AS counted_from, f_add_seconds(hour, 3600) AS counted_until
    FROM requests_per_hour
    WHERE error_code IS NOT NULL
        AND ($start IS NULL OR hour >= $start) AND ($end IS NULL OR f_add_seconds(hour, 3600) <= $end)
        AND ($environment IS NULL OR environment = $environment)
    UNION ALL
    SELECT error_code, status, requests, minute AS counted_from, f_add_seconds(minute, 60) AS counted_until
    FROM requests_per_minute
    WHERE error_code IS NOT NULL
        AND ($start IS NULL OR minute >= $start) AND ($end IS NULL OR minute < $end)
        AND (f_bucket(minute, 3600) < $start OR f_add_seconds(f_bucket(minute, 3600), 3600) > $end)
        AND ($environment IS NULL OR environment = $environment)
)
SELECT error_code, status, sum(requests) AS requests, max(counted_from) AS last_from,
    arg_max(counted_until, counted_from) AS last_until
FROM counted
GROUP BY error_code, status
ORDER BY error_code, status
