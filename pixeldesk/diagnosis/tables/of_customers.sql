-- Which customers is a diagnosis about: the requested customer, or those that share a trait with an unnamed caller?
-- $customer_id text = null
-- $key_fingerprint text = null
-- $beginning text = null
-- $website_id text = null
-- $client_ip text = null
-- $shortest_prefix bigint
SELECT DISTINCT customer_id
FROM all_requests
WHERE customer_id IS NOT NULL AND CASE WHEN $customer_id IS NOT NULL THEN customer_id = $customer_id
    ELSE key_fingerprint = $key_fingerprint OR left(key_prefix, $shortest_prefix) = $beginning
        OR left(key_fingerprint, $shortest_prefix) = lower($beginning) OR website_id = $website_id OR client_ip = $client_ip END
