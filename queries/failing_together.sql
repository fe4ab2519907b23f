-- Which of some values do failing requests have together?
-- $field_values text[], each a field name, a space and a value, which is empty where the field was not logged
-- $failing_from bigint = 400, the lowest status that counts as failing
-- $failing_code text = null
-- $not_callers text[] = [], callers to leave out: customer, key fingerprint or address
-- with in_scope
WITH failing AS (
    SELECT $field_values::VARCHAR[] AS wanted, *
    FROM in_scope
    WHERE NOT clock_suspect
        AND status >= $failing_from AND ($failing_code IS NULL OR error_code = $failing_code)
        AND NOT list_contains($not_callers::VARCHAR[], coalesce(customer_id, key_fingerprint, client_ip, ''))
)
SELECT
    CASE WHEN list_contains(wanted, concat('host ', host)) THEN coalesce(host, '') END AS host,
    CASE WHEN list_contains(wanted, concat('route ', route)) THEN coalesce(route, '') END AS route,
    CASE WHEN list_contains(wanted, concat('release ', release)) THEN coalesce(release, '') END AS release,
    CASE WHEN list_contains(wanted, concat('region ', region)) THEN coalesce(region, '') END AS region,
    CASE WHEN list_contains(wanted, concat('customer_id ', customer_id)) THEN coalesce(customer_id, '') END
        AS customer_id,
    CASE WHEN list_contains(wanted, concat('key_fingerprint ', key_fingerprint)) THEN coalesce(key_fingerprint, '') END
        AS key_fingerprint,
    CASE WHEN list_contains(wanted, concat('user_agent ', user_agent)) THEN coalesce(user_agent, '') END AS user_agent,
    count(*) AS failing
FROM failing
GROUP BY ALL
ORDER BY ALL
