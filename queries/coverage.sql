-- Which time do the stored logs cover, and how many lines are there?
-- Lines with an implausible time are excluded. For requests dropped by a retention rule only the hour is known.
SELECT min(hour) AS first_hour,
    max(hour) AS last_hour,
    coalesce(sum(requests), 0) AS requests,
    coalesce((SELECT max(timestamp) FROM requests
        WHERE NOT clock_suspect AND timestamp >= (SELECT max(hour) FROM requests_per_hour)), max(hour)) AS newest,
    coalesce((SELECT min(timestamp) FROM requests
        WHERE NOT clock_suspect
            AND timestamp < (SELECT min(hour) + INTERVAL 1 HOUR FROM requests_per_hour)), min(hour)) AS oldest,
    (SELECT count(*) FROM events) AS events,
    (SELECT count(*) FROM quarantine) AS quarantined,
    (SELECT count(*) FROM unmapped) AS unmapped,
    (SELECT count(*) FROM requests) AS all_requests,
    (SELECT max(committed_at) FROM batches) AS last_ingest
FROM requests_per_hour
