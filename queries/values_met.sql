-- Which environments, routes, hosts, error codes and customers with errors are there, the most frequent first?
-- Counted by whole hours, including the hour in which the range begins.
-- $limit bigint
-- $start timestamp
-- $end timestamp
SELECT field, value, sum(requests) AS requests
FROM (
    SELECT hour, unnest(['environment', 'route', 'host', 'error_code']) AS field,
        unnest([environment, route, host, error_code]) AS value, requests
    FROM requests_per_hour
    UNION ALL
    SELECT hour, 'customer_id' AS field, customer_id AS value, requests
    FROM errors_per_hour_and_caller
) AS met
WHERE hour >= date_trunc('hour', CAST($start AS TIMESTAMP)) AND hour < $end AND value IS NOT NULL
GROUP BY field, value
QUALIFY row_number() OVER (PARTITION BY field ORDER BY sum(requests) DESC, value) <= CAST($limit AS BIGINT)
ORDER BY field, requests DESC, value
