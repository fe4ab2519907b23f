-- How many application log lines are stored from before a time, by day, environment and their request's status?
-- Lines with an implausible time have no age and are excluded; the status is NULL without a request.
-- $latest timestamp
SELECT f_bucket(events.timestamp, 86400) AS day, events.environment AS environment, answered.status AS status,
    count(*) AS lines
FROM events
LEFT JOIN (
    SELECT request_id, max(status) AS status FROM requests
    WHERE request_id IN (SELECT request_id FROM events WHERE timestamp < $latest) GROUP BY request_id
) AS answered ON answered.request_id = events.request_id
WHERE NOT events.clock_suspect AND events.timestamp < $latest
GROUP BY day, events.environment, answered.status
ORDER BY day, environment, status
