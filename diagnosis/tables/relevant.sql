-- Which requests bear on one customer, or on a caller whom nobody knows? Their own, and all that share a key, the
-- beginning of a key, a website or an address with them: so what is unique among all requests is unique here.
WITH of_customers AS (
    SELECT DISTINCT customer_id
    FROM all_requests
    WHERE customer_id = $customer_id
        OR ($customer_id IS NULL AND customer_id IS NOT NULL AND (key_fingerprint = $key_fingerprint
            OR left(key_prefix, 10) = $beginning OR left(key_fingerprint, 10) = lower($beginning) OR website_id = $website_id OR client_ip = $client_ip))
), handles AS (
    SELECT DISTINCT client_ip, key_fingerprint, left(key_prefix, 10) AS beginning, website_id
    FROM all_requests
    WHERE customer_id IN (SELECT customer_id FROM of_customers)
    UNION ALL
    SELECT $client_ip, $key_fingerprint, $beginning, $website_id
)
SELECT *
FROM all_requests
WHERE customer_id IN (SELECT customer_id FROM of_customers)
    OR client_ip IN (SELECT client_ip FROM handles WHERE client_ip IS NOT NULL)
    OR key_fingerprint IN (SELECT key_fingerprint FROM handles WHERE key_fingerprint IS NOT NULL)
    OR left(trimmed_prefix, 10) IN (SELECT beginning FROM handles WHERE beginning IS NOT NULL)
    OR lower(left(trimmed_prefix, 12)) IN (
        SELECT left(key_fingerprint, 12) FROM handles WHERE key_fingerprint IS NOT NULL)
    OR website_id IN (SELECT website_id FROM handles WHERE website_id IS NOT NULL)
    OR (customer_id IS NULL AND regexp_extract(path, '[?&]website_id=([^&#]+)', 1) IN (
        SELECT website_id FROM handles WHERE website_id IS NOT NULL))
