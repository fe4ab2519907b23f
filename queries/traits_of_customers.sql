-- Which keys, websites and addresses do these customers alone have?
-- $customer_ids text[]
WITH own AS MATERIALIZED (
    SELECT DISTINCT customer_id, key_fingerprint, website_id, client_ip
    FROM requests
    WHERE list_contains($customer_ids::VARCHAR[], customer_id)
)
SELECT 'fingerprint' AS kind, key_fingerprint AS name FROM own WHERE key_fingerprint IS NOT NULL GROUP BY key_fingerprint
UNION ALL
SELECT 'website', website_id FROM own WHERE website_id IS NOT NULL GROUP BY website_id
UNION ALL
SELECT 'address', client_ip
FROM requests
WHERE client_ip IN (SELECT client_ip FROM own) AND customer_id IS NOT NULL
GROUP BY client_ip
HAVING count(*) = count(CASE WHEN list_contains($customer_ids::VARCHAR[], customer_id) THEN 1 END)
ORDER BY kind, name
