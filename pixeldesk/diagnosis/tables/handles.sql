-- Which addresses, keys and websites identify these customers, or the caller?
-- $key_fingerprint text = null
-- $beginning text = null
-- $website_id text = null
-- $client_ip text = null
-- $shortest_prefix bigint
SELECT DISTINCT client_ip, key_fingerprint, left(key_prefix, $shortest_prefix) AS beginning, website_id
FROM all_requests
WHERE customer_id IN (SELECT customer_id FROM of_customers)
UNION
SELECT $client_ip, $key_fingerprint, $beginning, $website_id
