-- Which customer owns the beginning of a key? Blanks before a key push letters out of the twelve that are logged, so
-- the first ten and eleven count as well. Only if the logs name a single customer with them.
-- $shortest_prefix bigint
-- $longest_prefix bigint
SELECT left(prefix, letters) AS prefix, max(customer_id) AS customer_id, arg_max(last_success_id, last_success) AS last_id
FROM known_keys
CROSS JOIN (SELECT unnest(range($shortest_prefix, $longest_prefix + 1)) AS letters) AS lengths
WHERE length(prefix) >= letters
GROUP BY left(prefix, letters), letters
HAVING count(DISTINCT customer_id) = 1
