-- Which customers, websites, keys and addresses do the logs have by one of these words?
-- `customer_id` is a customer that a website, key or address belongs to, and `customers` says how many there are.
-- $words text[], in lower case
-- $ids text[], those of the words that may be an id of our own making
-- $addresses text[]
-- $fingerprints text[], of keys
-- $beginnings text[], the first 12 characters of keys
-- $short_beginnings text[], fewer than that
SELECT 'customer' AS kind, customer_id AS name, customer_id, CAST(1 AS BIGINT) AS customers
FROM requests_per_hour_and_customer
WHERE lower(customer_id) IN (SELECT unnest($words))
GROUP BY customer_id
UNION ALL
SELECT 'website', website_id, max(customer_id), count(DISTINCT customer_id)
FROM requests
WHERE lower(website_id) IN (SELECT unnest($ids))
GROUP BY website_id
UNION ALL
SELECT 'key_id', key_id, max(customer_id), count(DISTINCT customer_id)
FROM requests
WHERE lower(key_id) IN (SELECT unnest($ids))
GROUP BY key_id
UNION ALL
SELECT 'fingerprint', key_fingerprint, max(customer_id), count(DISTINCT customer_id)
FROM requests
WHERE key_fingerprint IN (SELECT unnest($fingerprints))
GROUP BY key_fingerprint
UNION ALL
SELECT 'beginning', key_prefix, max(customer_id), count(DISTINCT customer_id)
FROM requests
WHERE key_prefix IN (SELECT unnest($beginnings))
GROUP BY key_prefix
UNION ALL
SELECT 'beginning', key_prefix, max(customer_id), count(DISTINCT customer_id)
FROM requests
JOIN (SELECT unnest($short_beginnings) AS beginning) AS short ON starts_with(key_prefix, beginning)
GROUP BY key_prefix
UNION ALL
SELECT 'address', client_ip, max(customer_id), count(DISTINCT customer_id)
FROM requests
WHERE client_ip IN (SELECT unnest($addresses))
GROUP BY client_ip
ORDER BY kind, name
