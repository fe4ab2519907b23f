-- Which customer owns a website? Only if a single customer has succeeded with it.
SELECT website_id, max(customer_id) AS customer_id, max(coalesce(first_rows_id, first_event_id)) AS last_id
FROM websites
GROUP BY website_id
HAVING count(DISTINCT customer_id) = 1 AND count(*) = count(customer_id)
