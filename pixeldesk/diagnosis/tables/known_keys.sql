-- Which keys are known in each environment, and which customer owns each?
-- Known: the line of a request with the key names the customer. accepted: requests not answered with 401.
SELECT environment, key_fingerprint AS fingerprint, key_prefix AS prefix, customer_id,
    max(key_length) AS length,
    max(len(key_scopes)) AS most_scopes,
    count(*) FILTER (WHERE status <> 401) AS accepted,
    count(*) FILTER (WHERE status < 300) AS succeeded,
    max(timestamp) FILTER (WHERE status < 300) AS last_success,
    arg_max(request_id, timestamp) FILTER (WHERE status < 300) AS last_success_id
FROM relevant
WHERE customer_id IS NOT NULL AND coalesce(key_fingerprint, key_prefix) IS NOT NULL
GROUP BY environment, key_fingerprint, key_prefix, customer_id
