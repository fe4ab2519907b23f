-- Which customers, websites, keys and addresses have a name with this text in it?
-- The beginnings of keys, and addresses, begin with it. `customer_id` is null where it is not known.
-- $part text, in lower case
-- $beginning text, as it is written
-- $count bigint, at most so many of each kind
WITH found AS (
    SELECT 'customer' AS kind, customer_id AS name, customer_id
    FROM requests_per_hour_and_customer
    WHERE contains(lower(customer_id), $part)
    UNION ALL
    SELECT 'website', website_id, customer_id FROM requests WHERE contains(lower(website_id), $part)
    UNION ALL
    SELECT 'key', key_id, customer_id FROM requests WHERE contains(lower(key_id), $part)
    UNION ALL
    SELECT 'key', key_prefix, customer_id FROM requests WHERE starts_with(key_prefix, $beginning)
    UNION ALL
    SELECT 'address', client_ip, customer_id FROM requests WHERE starts_with(client_ip, $part)
), each_once AS (
    SELECT kind, name, customer_id FROM found GROUP BY kind, name, customer_id
)
SELECT kind, name, customer_id
FROM each_once
QUALIFY row_number() OVER (PARTITION BY kind ORDER BY length(name), name, customer_id) <= $count
ORDER BY kind, length(name), name, customer_id
