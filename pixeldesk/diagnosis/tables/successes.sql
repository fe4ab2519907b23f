-- When did each client of a customer first succeed at each route, and when did its program at any address?
SELECT *, min(first_success) OVER (PARTITION BY environment, customer_id, route, user_agent) AS program_first_success
FROM (
    SELECT environment, customer_id, route, user_agent, client_ip, min(timestamp) AS first_success,
        arg_min(request_id, timestamp) AS first_success_id, count(*) AS successes
    FROM relevant
    WHERE status < 300 AND customer_id IN (SELECT customer_id FROM clients)
    GROUP BY environment, customer_id, route, user_agent, client_ip
)
