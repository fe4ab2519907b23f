-- Which host, route, release, region, customer, key and program do failing requests have, and those that succeed?
-- The values with most failing requests come first; one row has the field 'all'.
-- '' stands for requests that did not log the field. `distinct_values` counts the field's values, failing or not.
-- $failing_from bigint = 400, the lowest status that counts as failing
-- $failing_code text = null
-- $not_callers text[] = [], callers to leave out: customer, key fingerprint or address
-- $count bigint, at most so many values per field
-- with in_scope
WITH counted AS (
    -- Group by the stored columns, not by expressions: the engine groups compressed text without decompressing it.
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
        count(*) FILTER (WHERE status >= 400) AS failing,
        count(*) FILTER (WHERE status < 400) AS succeeding
    FROM in_scope
    WHERE NOT clock_suspect
        AND (status < 400 OR (status >= $failing_from AND ($failing_code IS NULL OR error_code = $failing_code)))
        AND NOT list_contains($not_callers::VARCHAR[], coalesce(customer_id, key_fingerprint, client_ip, ''))
    GROUP BY GROUPING SETS
        ((host), (route), (release), (region), (customer_id), (key_fingerprint), (user_agent), ())
), named AS (
    SELECT field, field_value, sum(failing) AS failing, sum(succeeding) AS succeeding
    FROM counted
    GROUP BY field, field_value
)
SELECT field, field_value, failing, succeeding, count(*) OVER (PARTITION BY field) AS distinct_values
FROM named
QUALIFY row_number() OVER (PARTITION BY field ORDER BY failing DESC, field_value) <= $count
ORDER BY field, failing DESC, field_value
