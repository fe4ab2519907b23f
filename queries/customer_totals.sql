-- How much does a customer do in each environment, and how much of it fails?
-- $customer_id text
SELECT environment, count(*) AS requests, count(*) FILTER (WHERE status >= 400) AS failed,
    min(timestamp) AS first_seen, max(timestamp) AS last_seen
FROM requests
WHERE customer_id = $customer_id AND NOT clock_suspect
GROUP BY environment
ORDER BY requests DESC, environment
