-- Which customer owns a hash? A fingerprint is the beginning of a key's SHA-256, so a pasted hash begins with it.
-- $longest_prefix bigint
SELECT left(fingerprint, $longest_prefix) AS beginning, max(customer_id) AS customer_id,
    arg_max(last_success_id, last_success) AS last_id
FROM known_keys
WHERE fingerprint IS NOT NULL
GROUP BY left(fingerprint, $longest_prefix)
HAVING count(DISTINCT customer_id) = 1
