-- Which environments have answered too few requests in the last hour to tell an incident by?
-- $fewest bigint
-- $start timestamp
-- $end timestamp
SELECT environment, sum(CASE WHEN minute >= $start AND minute < $end THEN requests ELSE 0 END) AS requests
FROM requests_per_minute
GROUP BY environment
HAVING sum(CASE WHEN minute >= $start AND minute < $end THEN requests ELSE 0 END) < $fewest
ORDER BY environment
