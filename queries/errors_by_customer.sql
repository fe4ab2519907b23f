-- How many errors did each customer meet in a week, in the week before it, and in the four weeks before it?
-- $start timestamp
-- $end timestamp
-- $environment text = null
SELECT customer_id,
    sum(CASE WHEN hour >= $start THEN requests ELSE 0 END) AS errors,
    sum(CASE WHEN hour >= $start AND status >= 500 THEN requests ELSE 0 END) AS server_errors,
    sum(CASE WHEN hour < $start AND hour >= f_add_seconds(CAST($start AS TIMESTAMP), -604800)
        THEN requests ELSE 0 END) AS errors_before,
    sum(CASE WHEN hour < $start THEN requests ELSE 0 END) AS errors_in_four_weeks_before
FROM errors_per_hour_and_caller
WHERE customer_id IS NOT NULL
    AND hour >= f_add_seconds(CAST($start AS TIMESTAMP), -2419200) AND hour < $end
    AND ($environment IS NULL OR environment = $environment)
GROUP BY customer_id
ORDER BY errors DESC, customer_id
