-- Which forms do known keys have: which lengths, and which prefixes in each environment?
-- Reads all requests, whatever the scope: the usual form is the form among all customers.
SELECT environment, regexp_extract(prefix, '^[a-z]+_[a-z]+_') AS mark, length, sum(requests) AS requests
FROM (
    SELECT environment, key_prefix AS prefix, key_length AS length, count(*) AS requests
    FROM all_requests
    WHERE customer_id IS NOT NULL AND key_prefix IS NOT NULL AND status < 300
    GROUP BY environment, key_prefix, key_length
)
GROUP BY environment, mark, length
