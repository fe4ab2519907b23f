-- From which clients do a subject's failing requests come, and at which routes?
SELECT DISTINCT subject, environment, customer_id, client_ip, user_agent, route,
    min(timestamp) OVER (PARTITION BY subject) AS first_seen
FROM explained
JOIN symptoms USING (place)
