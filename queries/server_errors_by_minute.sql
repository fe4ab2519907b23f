-- Which callers met which server error, minute by minute?
-- A caller whom the logs do not name at all is the empty one.
SELECT environment, coalesce(error_code, '') AS error_code, minute, coalesce(caller, '') AS caller,
    sum(requests) AS requests
FROM server_errors_per_minute
GROUP BY ALL
ORDER BY environment, error_code, minute, caller
