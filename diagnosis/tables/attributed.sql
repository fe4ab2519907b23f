-- Whose are the requests whose line names no customer? By the key, its beginning, its hash, the website they ask for,
-- or their address, in this order; and by what others with the same key, or of the same client, lead to.
-- `key` tells presented keys apart: the fingerprint, which some servers do not log, or else the key's beginning.
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
        coalesce(nameless.key_fingerprint, fingerprints.fingerprint, 'prefix ' || nameless.key_prefix) AS key,
        coalesce(nameless.key_fingerprint, fingerprints.fingerprint, 'prefix ' || nameless.key_prefix,
            concat_ws(' ', nameless.client_ip, nameless.user_agent)) AS caller,
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
), kin AS (
    SELECT environment, error_code, caller, max(customer_id) AS customer_id,
        arg_max(request_id, timestamp) FILTER (WHERE customer_id IS NOT NULL) AS last_id
    FROM found
    GROUP BY environment, error_code, caller
    HAVING count(DISTINCT customer_id) = 1 AND count(*) > count(customer_id)
)
SELECT found.place, found.key,
    coalesce(found.customer_id, kin.customer_id) AS customer_id,
    CASE WHEN found.customer_id IS NULL AND kin.customer_id IS NOT NULL THEN 'kin' ELSE found.found_by END AS found_by,
    coalesce(found.found_by_id, kin.last_id) AS found_by_id,
    found.address_is_shared
FROM found
LEFT JOIN kin ON found.customer_id IS NULL AND kin.caller = found.caller AND kin.error_code = found.error_code
    AND kin.environment IS NOT DISTINCT FROM found.environment
