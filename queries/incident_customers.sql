-- Whom did an incident hit, with how many requests, and in which minutes first and last?
-- The row without a customer counts all callers whose customer is unknown.
-- $not_callers text[] = [], callers who already failed before: customer, key fingerprint or address
-- $start timestamp = null
-- $end timestamp = null
-- $environment text = null, null selects requests without an environment
-- $error_code text = null, null selects every server error
SELECT customer_id, sum(requests) AS requests, count(DISTINCT caller) AS callers,
    min(minute) AS first_seen, max(minute) AS last_seen
FROM server_errors_per_minute
WHERE ($start IS NULL OR minute >= $start) AND ($end IS NULL OR minute < $end)
    AND environment IS NOT DISTINCT FROM $environment
    AND ($error_code IS NULL OR coalesce(error_code, '') = $error_code)
    AND NOT list_contains(CAST($not_callers AS VARCHAR[]), coalesce(caller, ''))
GROUP BY customer_id
ORDER BY requests DESC, customer_id
