-- When did each website in each environment have its first event and its first rows, and how many empty answers?
SELECT environment, website_id,
    CASE WHEN count(DISTINCT customer_id) = 1 THEN max(customer_id) END AS customer_id,
    min(timestamp) FILTER (WHERE route = '/pixel/events' AND status < 300) AS first_event,
    arg_min(request_id, timestamp) FILTER (WHERE route = '/pixel/events' AND status < 300) AS first_event_id,
    count(*) FILTER (WHERE route = '/pixel/events' AND status < 300) AS events,
    min(timestamp) FILTER (WHERE response_rows > 0) AS first_rows,
    arg_min(request_id, timestamp) FILTER (WHERE response_rows > 0) AS first_rows_id,
    count(*) FILTER (WHERE response_rows = 0) AS empty_answers,
    max(timestamp) FILTER (WHERE response_rows = 0) AS last_empty
FROM relevant
WHERE website_id IS NOT NULL AND status < 300
GROUP BY environment, website_id
