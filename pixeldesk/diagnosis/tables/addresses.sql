-- How many customers do the logs name at each address, and which one if there is only one?
SELECT client_ip, count(DISTINCT customer_id) AS customers,
    CASE WHEN count(DISTINCT customer_id) = 1 THEN max(customer_id) END AS customer_id,
    arg_max(request_id, timestamp) AS last_id
FROM relevant
WHERE customer_id IS NOT NULL AND client_ip IS NOT NULL
GROUP BY client_ip
