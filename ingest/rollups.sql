-- Count the touched minutes anew, in the transaction that touched them. Recounting gives the same rows however
-- often it is done, so a rollup cannot drift from its requests. $first and $past bound the touched times.

DELETE FROM requests_per_minute WHERE minute IN (SELECT minute FROM touched);

INSERT INTO requests_per_minute
SELECT date_trunc('minute', timestamp), environment, route, host, release, status, error_code,
    count(*), sum(duration_ms)
FROM requests
WHERE timestamp >= $first AND timestamp < $past AND NOT clock_suspect
    AND date_trunc('minute', timestamp) IN (SELECT minute FROM touched)
GROUP BY ALL;

DELETE FROM requests_per_hour WHERE hour IN (SELECT date_trunc('hour', minute) FROM touched);

INSERT INTO requests_per_hour
SELECT date_trunc('hour', minute), environment, route, host, release, status, error_code,
    sum(requests), sum(duration_ms)
FROM requests_per_minute
WHERE date_trunc('hour', minute) IN (SELECT date_trunc('hour', minute) FROM touched)
GROUP BY ALL;

DELETE FROM errors_per_hour_and_caller WHERE hour IN (SELECT date_trunc('hour', minute) FROM touched);

INSERT INTO errors_per_hour_and_caller
SELECT date_trunc('hour', timestamp), environment, route, host, status, error_code, customer_id,
    coalesce(customer_id, key_fingerprint, client_ip), count(*)
FROM requests
WHERE timestamp >= date_trunc('hour', $first) AND timestamp < date_trunc('hour', $past) + INTERVAL 1 HOUR
    AND NOT clock_suspect AND status >= 400
    AND date_trunc('hour', timestamp) IN (SELECT date_trunc('hour', minute) FROM touched)
GROUP BY ALL;

DELETE FROM server_errors_per_minute WHERE minute IN (SELECT minute FROM touched);

INSERT INTO server_errors_per_minute
SELECT date_trunc('minute', timestamp), environment, route, host, status, error_code, customer_id,
    coalesce(customer_id, key_fingerprint, client_ip), count(*)
FROM requests
WHERE timestamp >= $first AND timestamp < $past AND NOT clock_suspect AND status >= 500
    AND date_trunc('minute', timestamp) IN (SELECT minute FROM touched)
GROUP BY ALL;
