-- How many requests that succeeded have these values of host, route, release, region, customer, key and program?
-- $not_callers text[] = [], callers to leave out: customer, key fingerprint or address
-- $field_values text[], each a field name, a space and a value, which is empty where the field was not logged
-- with in_scope
WITH counted AS (
    SELECT
        CASE
            WHEN grouping(host) = 0 THEN 'host'
            WHEN grouping(route) = 0 THEN 'route'
            WHEN grouping(release) = 0 THEN 'release'
            WHEN grouping(region) = 0 THEN 'region'
            WHEN grouping(customer_id) = 0 THEN 'customer_id'
            WHEN grouping(key_fingerprint) = 0 THEN 'key_fingerprint'
            WHEN grouping(user_agent) = 0 THEN 'user_agent'
            ELSE 'all'
        END AS field,
        coalesce(host, route, release, region, customer_id, key_fingerprint, user_agent, '') AS field_value,
        count(*) AS succeeding
    FROM in_scope
    WHERE NOT clock_suspect
        AND status < 400
        AND NOT list_contains($not_callers::VARCHAR[], coalesce(customer_id, key_fingerprint, client_ip, ''))
    GROUP BY GROUPING SETS
        ((host), (route), (release), (region), (customer_id), (key_fingerprint), (user_agent), ())
), named AS (
    SELECT field, field_value, sum(succeeding) AS succeeding
    FROM counted
    GROUP BY field, field_value
)
SELECT field, field_value, succeeding
FROM named
WHERE list_contains($field_values::VARCHAR[], concat(field, ' ', field_value))
ORDER BY field, field_value
