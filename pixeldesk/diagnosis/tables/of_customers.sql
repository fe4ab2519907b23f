-- Which customers is a diagnosis about: the callers, and those that share a trait with an unnamed caller?
-- $shortest_prefix bigint
WITH unnamed AS (
    SELECT * FROM callers WHERE customer_id IS NULL
)
SELECT customer_id FROM callers WHERE customer_id IS NOT NULL
UNION
SELECT customer_id
FROM all_requests
WHERE customer_id IS NOT NULL AND (
    key_fingerprint IN (SELECT key_fingerprint FROM unnamed WHERE key_fingerprint IS NOT NULL)
    OR left(key_prefix, $shortest_prefix) IN (SELECT beginning FROM unnamed WHERE beginning IS NOT NULL)
    OR left(key_fingerprint, $shortest_prefix) IN (SELECT lower(beginning) FROM unnamed WHERE beginning IS NOT NULL)
    OR website_id IN (SELECT website_id FROM unnamed WHERE website_id IS NOT NULL)
    OR client_ip IN (SELECT client_ip FROM unnamed WHERE client_ip IS NOT NULL))
