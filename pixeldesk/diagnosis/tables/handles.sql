-- Which addresses, keys and websites identify these customers, or the callers?
-- $shortest_prefix bigint
SELECT DISTINCT client_ip, key_fingerprint, left(key_prefix, $shortest_prefix) AS beginning, website_id
FROM all_requests
WHERE customer_id IN (SELECT customer_id FROM of_customers)
UNION
SELECT client_ip, key_fingerprint, beginning, website_id FROM callers
