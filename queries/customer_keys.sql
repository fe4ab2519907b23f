-- Which keys does a customer use, and how do they fare?
-- $customer_id text
SELECT environment, key_id, key_prefix, key_fingerprint, max(key_length) AS key_length,
    arg_max(key_scopes, timestamp) AS key_scopes, max(key_revoked_at) AS key_revoked_at,
    max(key_expires_at) AS key_expires_at, count(*) AS requests,
    count(*) FILTER (WHERE status >= 400) AS failed,
    min(timestamp) AS first_seen, max(timestamp) AS last_seen
FROM requests
WHERE customer_id = $customer_id AND NOT clock_suspect AND coalesce(key_id, key_fingerprint, key_prefix) IS NOT NULL
GROUP BY environment, key_id, key_prefix, key_fingerprint
ORDER BY environment, last_seen DESC, key_id, key_fingerprint
