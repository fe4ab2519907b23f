-- Which customers met errors in the week before, and none in this one, in which they sent requests all the same?
-- $start timestamp
-- $end timestamp
-- $environment text = null
WITH recovered AS MATERIALIZED (
    SELECT customer_id, sum(requests) AS errors_before
    FROM errors_per_hour_and_caller
    WHERE customer_id IS NOT NULL
        AND hour >= f_add_seconds(CAST($start AS TIMESTAMP), -604800) AND hour < $end
        AND ($environment IS NULL OR environment = $environment)
    GROUP BY customer_id
    HAVING max(hour) < $start
)
SELECT recovered.customer_id AS customer_id, recovered.errors_before AS errors_before, succeeded.requests AS requests
FROM recovered
JOIN (
    SELECT customer_id, sum(requests) AS requests
    FROM requests_per_hour_and_customer
    WHERE hour >= $start AND hour < $end
        AND ($environment IS NULL OR environment = $environment)
        AND customer_id IN (SELECT customer_id FROM recovered)
    GROUP BY customer_id
) AS succeeded ON succeeded.customer_id = recovered.customer_id
ORDER BY errors_before DESC, customer_id
