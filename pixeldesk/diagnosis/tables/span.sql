-- Which time is a diagnosis about, and when do the logs begin and end?
-- $start timestamp = null
-- $end timestamp = null
SELECT coalesce($start, TIMESTAMP '0001-01-01') AS start, coalesce($end, TIMESTAMP '9999-12-31 23:59:59.999999') AS past,
    min(timestamp) AS first, max(timestamp) AS "end"
FROM requests
WHERE NOT clock_suspect AND ($end IS NULL OR timestamp < $end)
