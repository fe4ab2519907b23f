-- Which customer owns a fingerprint? Only if the logs name a single customer with it.
SELECT fingerprint, max(customer_id) AS customer_id, arg_max(last_success_id, last_success) AS last_id
FROM known_keys
WHERE fingerprint IS NOT NULL
GROUP BY fingerprint
HAVING count(DISTINCT customer_id) = 1
