-- When was the newest request of each source?
-- Lines with an implausible time are excluded.
SELECT source_id, max(timestamp) AS newest
FROM requests
WHERE NOT clock_suspect
GROUP BY source_id
ORDER BY source_id
