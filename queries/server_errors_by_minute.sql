-- Which callers met which server error, minute by minute?
-- All requests without customer, key and address count as one caller, ''.
SELECT environment, coalesce(error_code, '') AS error_code, minute, coalesce(caller, '') AS caller,
    sum(requests) AS requests
FROM server_errors_per_minute
GROUP BY ALL
ORDER BY environment, error_code, minute, caller
