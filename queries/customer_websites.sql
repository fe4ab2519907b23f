-- Which websites does a customer ask about, and do events arrive for them?
-- $customer_id text
SELECT environment, website_id, count(*) AS requests,
    count(*) FILTER (WHERE status >= 400) AS failed,
    count(*) FILTER (WHERE starts_with(route, '/pixel/events') AND status < 300) AS events_accepted,
    max(timestamp) FILTER (WHERE starts_with(route, '/pixel/events') AND status < 300) AS last_event,
    count(*) FILTER (WHERE response_rows = 0) AS empty_answers,
    min(timestamp) AS first_seen, max(timestamp) AS last_seen
FROM requests
WHERE customer_id = $customer_id AND NOT clock_suspect AND website_id IS NOT NULL
GROUP BY environment, website_id
ORDER BY environment, website_id
