-- Which customer sent the symptoms whose line names none? The link is the key, its beginning, its hash, the requested
-- website, or the address, in this order; else the customer of other symptoms with the same key or client ("kin").
-- `key` identifies the presented key: its fingerprint, else its beginning. Some servers log only one of them, or none;
-- then it is the key that the same client presents elsewhere, else the key that the same customer presents.
WITH nameless AS (
    SELECT place, timestamp, request_id, environment, error_code, website, key_fingerprint, key_prefix, trimmed_prefix,
        client_ip, user_agent
    FROM shown
    WHERE customer_id IS NULL
), fingerprints AS (
    SELECT environment, key_prefix, client_ip, max(key_fingerprint) AS fingerprint
    FROM nameless
    WHERE key_fingerprint IS NOT NULL AND error_code = 'invalid_api_key'
    GROUP BY environment, key_prefix, client_ip
    HAVING count(DISTINCT key_fingerprint) = 1
), found AS (
    SELECT nameless.place, nameless.timestamp, nameless.request_id, nameless.environment, nameless.error_code,
        nameless.client_ip, nameless.user_agent,
        coalesce(nameless.key_fingerprint, fingerprints.fingerprint, 'prefix ' || nameless.key_prefix) AS key,
        coalesce(key_owners.customer_id, prefix_owners.customer_id, hash_owners.customer_id,
            website_owners.customer_id, addresses.customer_id) AS customer_id,
        CASE WHEN key_owners.customer_id IS NOT NULL THEN 'key'
            WHEN prefix_owners.customer_id IS NOT NULL THEN 'prefix'
            WHEN hash_owners.customer_id IS NOT NULL THEN 'hash'
            WHEN website_owners.customer_id IS NOT NULL THEN 'website'
            WHEN addresses.customer_id IS NOT NULL THEN 'address' END AS found_by,
        CASE WHEN key_owners.customer_id IS NOT NULL THEN key_owners.last_id
            WHEN prefix_owners.customer_id IS NOT NULL THEN prefix_owners.last_id
            WHEN hash_owners.customer_id IS NOT NULL THEN hash_owners.last_id
            WHEN website_owners.customer_id IS NOT NULL THEN website_owners.last_id
            WHEN addresses.customer_id IS NOT NULL THEN addresses.last_id END AS found_by_id,
        coalesce(addresses.customers > 1, FALSE) AS address_is_shared
    FROM nameless
    LEFT JOIN fingerprints ON nameless.key_fingerprint IS NULL AND nameless.error_code = 'invalid_api_key'
        AND fingerprints.environment IS NOT DISTINCT FROM nameless.environment
        AND fingerprints.key_prefix = nameless.key_prefix AND fingerprints.client_ip = nameless.client_ip
    LEFT JOIN key_owners ON key_owners.fingerprint = coalesce(nameless.key_fingerprint, fingerprints.fingerprint)
    LEFT JOIN prefix_owners ON prefix_owners.prefix = nameless.trimmed_prefix
    LEFT JOIN hash_owners ON hash_owners.beginning = lower(nameless.trimmed_prefix)
    LEFT JOIN website_owners ON website_owners.website_id = nameless.website
    LEFT JOIN addresses ON addresses.client_ip = nameless.client_ip
), keys_of_clients AS (
    SELECT environment, client_ip, max(key) AS key
    FROM found
    WHERE error_code = 'invalid_api_key' AND key IS NOT NULL
    GROUP BY environment, client_ip
    HAVING count(DISTINCT key) = 1
), keys_of_customers AS (
    SELECT environment, customer_id, mode(key ORDER BY key) AS key
    FROM found
    WHERE error_code = 'invalid_api_key' AND key IS NOT NULL
    GROUP BY environment, customer_id
), told_apart AS (
    SELECT found.* EXCLUDE (key), coalesce(found.key, keys_of_clients.key, keys_of_customers.key) AS key,
        coalesce(found.key, keys_of_clients.key, keys_of_customers.key,
            concat_ws(' ', found.client_ip, found.user_agent)) AS caller
    FROM found
    LEFT JOIN keys_of_clients ON found.key IS NULL AND found.error_code = 'invalid_api_key'
        AND keys_of_clients.client_ip = found.client_ip
        AND keys_of_clients.environment IS NOT DISTINCT FROM found.environment
    LEFT JOIN keys_of_customers ON found.key IS NULL AND found.error_code = 'invalid_api_key'
        AND keys_of_customers.customer_id = found.customer_id
        AND keys_of_customers.environment IS NOT DISTINCT FROM found.environment
), kin AS (
    SELECT environment, error_code, caller, max(customer_id) AS customer_id,
        arg_max(request_id, timestamp) FILTER (WHERE customer_id IS NOT NULL) AS last_id
    FROM told_apart
    GROUP BY environment, error_code, caller
    HAVING count(DISTINCT customer_id) = 1 AND count(*) > count(customer_id)
)
SELECT told_apart.place, told_apart.key,
    coalesce(told_apart.customer_id, kin.customer_id) AS customer_id,
    CASE WHEN told_apart.customer_id IS NULL AND kin.customer_id IS NOT NULL THEN 'kin'
        ELSE told_apart.found_by END AS found_by,
    coalesce(told_apart.found_by_id, kin.last_id) AS found_by_id,
    told_apart.address_is_shared
FROM told_apart
LEFT JOIN kin ON told_apart.customer_id IS NULL AND kin.caller = told_apart.caller
    AND kin.error_code = told_apart.error_code
    AND kin.environment IS NOT DISTINCT FROM told_apart.environment
