-- Which environments, hosts, routes, error codes and statuses of failures do the logs name?
SELECT 'environment' AS kind, environment AS name FROM requests_per_hour WHERE environment IS NOT NULL GROUP BY environment
UNION ALL
SELECT 'host', host FROM requests_per_hour WHERE host IS NOT NULL GROUP BY host
UNION ALL
SELECT 'route', route FROM requests_per_hour WHERE route IS NOT NULL GROUP BY route
UNION ALL
SELECT 'code', error_code FROM requests_per_hour WHERE error_code IS NOT NULL GROUP BY error_code
UNION ALL
SELECT 'status', CAST(status AS VARCHAR) FROM requests_per_hour WHERE status >= 400 GROUP BY status
ORDER BY kind, name
