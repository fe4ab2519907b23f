-- How many requests failed in an incident, on which host, in each bucket of time?
-- $seconds bigint
-- $not_callers text[] = [], callers who already failed before: customer, key fingerprint or address
-- $start timestamp = null
-- $end timestamp = null
-- $environment text = null, null selects requests without an environment
-- $error_code text = null, null selects every server error
SELECT f_bucket(minute, CAST($seconds AS BIGINT)) AS bucket, host, sum(requests) AS requests
FROM server_errors_per_minute
WHERE ($start IS NULL OR minute >= $start) AND ($end IS NULL OR minute < $end)
    AND environment IS NOT DISTINCT FROM $environment
    AND ($error_code IS NULL OR coalesce(error_code, '') = $error_code)
    AND NOT list_contains(CAST($not_callers AS VARCHAR[]), coalesce(caller, ''))
GROUP BY bucket, host
ORDER BY bucket, host
