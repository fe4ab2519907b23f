-- Which forms do known keys have: how long are they, and how do they begin in each environment?
-- Over all requests, whomever a diagnosis is about: what is usual is usual among everybody.
SELECT environment, regexp_extract(prefix, '^[a-z]+_[a-z]+_') AS mark, length, sum(requests) AS requests
FROM (
    SELECT environment, key_prefix AS prefix, key_length AS length, count(*) AS requests
    FROM all_requests
    WHERE customer_id IS NOT NULL AND key_prefix IS NOT NULL AND status < 300
    GROUP BY environment, key_prefix, key_length
)
GROUP BY environment, mark, length
