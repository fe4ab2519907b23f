-- When was the newest request of each source?
-- Lines with an impossible time are left out.
SELECT source_id, max(timestamp) AS newest
FROM requests
WHERE NOT clock_suspect
GROUP BY source_id
ORDER BY source_id
