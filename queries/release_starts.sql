-- Which host began to answer with which release, and when?
-- A release starts on a host if the host's last earlier hour with an answer has other releases only. A new host counts
-- if its release is new to an environment that had answered before. A host's past is read from $earliest on. Long
-- ranges read the hourly rollup, short ranges the minutes: $first_hour makes the other range empty.
-- $first_hour timestamp
-- $earliest timestamp
-- $start timestamp
-- $end timestamp
-- $environment text = null
-- $host text = null
WITH seen AS (
    SELECT environment, host, release, date_trunc('hour', moment) AS hour, min(moment) AS moment
    FROM (
        SELECT hour AS moment, environment, host, release
        FROM requests_per_hour
        WHERE hour >= CAST($first_hour AS TIMESTAMP) AND hour < $end
        UNION ALL
        SELECT minute AS moment, environment, host, release
        FROM requests_per_minute
        WHERE minute >= CAST($earliest AS TIMESTAMP) AND minute < CAST($first_hour AS TIMESTAMP)
    ) AS answered
    WHERE release IS NOT NULL
        AND ($environment IS NULL OR environment = $environment)
        AND ($host IS NULL OR host = $host)
    GROUP BY environment, host, release, date_trunc('hour', moment)
), ordered AS (
    SELECT *,
        lag(hour) OVER (PARTITION BY environment, host, release ORDER BY hour) AS release_before,
        max(hour) OVER (
            PARTITION BY environment, host ORDER BY hour
            RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 HOUR PRECEDING
        ) AS host_before,
        min(hour) OVER (PARTITION BY environment, release) AS first_of_release,
        min(hour) OVER (PARTITION BY environment) AS first_of_environment
    FROM seen
)
SELECT moment, environment, host, release
FROM ordered
WHERE moment >= $start
    AND (release_before IS NULL OR release_before < host_before)
    AND (host_before IS NOT NULL OR (hour = first_of_release AND hour > first_of_environment))
ORDER BY moment, environment, release, host
