-- In which hours did a customer's requests fail, and with which codes?
-- $start timestamp = null
-- $end timestamp = null
-- $environment text = null
-- $customer_id text
SELECT hour, coalesce(error_code, 'no code') AS error_code, status, sum(requests) AS requests
FROM errors_per_hour_and_caller
WHERE customer_id = $customer_id
    AND ($start IS NULL OR hour >= $start) AND ($end IS NULL OR hour < $end)
    AND ($environment IS NULL OR environment = $environment)
GROUP BY hour, error_code, status
ORDER BY hour, error_code, status
