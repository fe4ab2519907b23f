-- Which of some values do failing requests have together?
-- A value of $field_values is the field's name, a blank and the value, which is empty where it was not logged.
WITH failing AS (
    SELECT $field_values::VARCHAR[] AS asked, *
    FROM requests
    WHERE {scope}
        AND NOT clock_suspect
        AND status >= $failing_from AND ($failing_code IS NULL OR error_code = $failing_code)
        AND NOT list_contains($not_callers::VARCHAR[], coalesce(customer_id, key_fingerprint, client_ip, ''))
)
SELECT
    CASE WHEN list_contains(asked, concat('host ', host)) THEN coalesce(host, '') END AS host,
    CASE WHEN list_contains(asked, concat('route ', route)) THEN coalesce(route, '') END AS route,
    CASE WHEN list_contains(asked, concat('release ', release)) THEN coalesce(release, '') END AS release,
    CASE WHEN list_contains(asked, concat('region ', region)) THEN coalesce(region, '') END AS region,
    CASE WHEN list_contains(asked, concat('customer_id ', customer_id)) THEN coalesce(customer_id, '') END
        AS customer_id,
    CASE WHEN list_contains(asked, concat('key_fingerprint ', key_fingerprint)) THEN coalesce(key_fingerprint, '') END
        AS key_fingerprint,
    CASE WHEN list_contains(asked, concat('user_agent ', user_agent)) THEN coalesce(user_agent, '') END AS user_agent,
    count(*) AS failing
FROM failing
GROUP BY ALL
ORDER BY ALL
