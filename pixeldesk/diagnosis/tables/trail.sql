-- Which failures and successes of the failing clients at the same route followed, in time order?
-- A client is an address and a program. Successes of the same customer's program at another address are included, with
-- same_client false: serverless programs change their address with every start.
WITH answered AS (
    -- A case may explain requests with a 2xx status: those are not successes here.
    SELECT subject, timestamp, request_id
    FROM explained
    JOIN symptoms USING (place)
    WHERE status < 300
)
SELECT subject, timestamp, request_id, FALSE AS succeeded, TRUE AS same_client
FROM explained
JOIN symptoms USING (place)
UNION ALL
SELECT programs.subject, done.timestamp, done.request_id, TRUE AS succeeded,
    clients.subject IS NOT NULL AS same_client
FROM (
    SELECT DISTINCT subject, environment, customer_id, user_agent, route, first_seen
    FROM clients WHERE customer_id IS NOT NULL
) AS programs
JOIN relevant AS done ON done.customer_id = programs.customer_id
    AND done.route = programs.route
    AND done.environment IS NOT DISTINCT FROM programs.environment
    AND done.user_agent IS NOT DISTINCT FROM programs.user_agent
    AND done.timestamp >= programs.first_seen AND done.status < 300
LEFT JOIN clients ON clients.subject = programs.subject AND clients.route = programs.route
    AND clients.user_agent IS NOT DISTINCT FROM programs.user_agent
    AND clients.client_ip IS NOT DISTINCT FROM done.client_ip
LEFT JOIN answered ON answered.subject = programs.subject AND answered.request_id = done.request_id
    AND answered.timestamp = done.timestamp
WHERE answered.subject IS NULL
UNION ALL
SELECT clients.subject, done.timestamp, done.request_id, TRUE AS succeeded, TRUE AS same_client
FROM clients
JOIN relevant AS done ON done.client_ip = clients.client_ip
    AND done.route = clients.route
    AND done.environment IS NOT DISTINCT FROM clients.environment
    AND done.user_agent IS NOT DISTINCT FROM clients.user_agent
    AND done.timestamp >= clients.first_seen AND done.status < 300
LEFT JOIN answered ON answered.subject = clients.subject AND answered.request_id = done.request_id
    AND answered.timestamp = done.timestamp
WHERE clients.customer_id IS NULL AND answered.subject IS NULL
