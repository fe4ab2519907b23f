-- Which customers and other callers had requests that failed, and with which codes?
-- Whole hours are read from the hourly rollup, the rest of the range from the requests. In a range without a whole
-- hour $first_hour and $past_hour both equal its end. Every row has the total counts `customers` and `callers`.
-- $first_hour timestamp
-- $past_hour timestamp
-- $server_errors_only boolean = false
-- $limit bigint
-- $start timestamp
-- $end timestamp
-- $environment text = null
-- $customer_id text = null
-- $route text = null
-- $host text = null
-- $error_code text = null
SELECT customer_id, caller, sum(requests) AS requests,
    coalesce(list_sort(list(DISTINCT error_code) FILTER (WHERE error_code IS NOT NULL)), []) AS error_codes,
    count(customer_id) OVER () AS customers,
    count(*) OVER () AS callers
FROM (
    SELECT hour AS moment, environment, route, host, status, error_code, customer_id, caller, requests
    FROM errors_per_hour_and_caller
    WHERE hour >= CAST($first_hour AS TIMESTAMP) AND hour < CAST($past_hour AS TIMESTAMP)
    UNION ALL
    SELECT timestamp AS moment, environment, route, host, status, error_code, customer_id,
        coalesce(customer_id, key_fingerprint, client_ip) AS caller, 1 AS requests
    FROM requests
    WHERE timestamp >= $start AND timestamp < CAST($first_hour AS TIMESTAMP) AND status >= 400 AND NOT clock_suspect
    UNION ALL
    SELECT timestamp AS moment, environment, route, host, status, error_code, customer_id,
        coalesce(customer_id, key_fingerprint, client_ip) AS caller, 1 AS requests
    FROM requests
    WHERE timestamp >= CAST($past_hour AS TIMESTAMP) AND timestamp < $end AND status >= 400 AND NOT clock_suspect
) AS failed
WHERE ($environment IS NULL OR environment = $environment)
    AND ($route IS NULL OR route = $route)
    AND ($host IS NULL OR host = $host)
    AND ($customer_id IS NULL OR customer_id = $customer_id)
    AND ($error_code IS NULL OR error_code = $error_code)
    AND (status >= 500 OR NOT CAST($server_errors_only AS BOOLEAN))
GROUP BY customer_id, caller
ORDER BY requests DESC, customer_id, caller
LIMIT $limit
