-- In which hours between the first and the last did no server log a request?
SELECT hours.hour AS hour
FROM (
    SELECT f_add_seconds(bounds.first_hour, unnest(range(0, bounds.hours)) * 3600) AS hour
    FROM (
        SELECT min(hour) AS first_hour, date_diff('hour', min(hour), max(hour)) AS hours FROM requests_per_hour
    ) AS bounds
    WHERE bounds.first_hour IS NOT NULL
) AS hours
LEFT JOIN (SELECT DISTINCT hour FROM requests_per_hour) AS seen ON seen.hour = hours.hour
WHERE seen.hour IS NULL
ORDER BY hour
