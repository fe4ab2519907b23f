-- How many customers, and callers whose customer is not known, met each error code?
-- $start timestamp = null
-- $end timestamp = null
-- $environment text = null
SELECT coalesce(error_code, 'no code') AS error_code,
    count(DISTINCT customer_id) AS customers,
    count(DISTINCT CASE WHEN customer_id IS NULL THEN caller END) AS unnamed_callers,
    sum(requests) AS errors
FROM errors_per_hour_and_caller
WHERE ($start IS NULL OR hour >= $start) AND ($end IS NULL OR hour < $end)
    AND ($environment IS NULL OR environment = $environment)
GROUP BY ALL
ORDER BY customers DESC, errors DESC, error_code
