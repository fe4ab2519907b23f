-- Recount the touched minutes, in the transaction that touched them, in this order. Recounting is idempotent, so a rollup
-- cannot drift from its requests. The touched times are in [$first, $past). Counts of requests that a retention rule
-- dropped are retained: recounted.sql says which rows are recounted.

-- name: delete_minutes
DELETE FROM requests_per_minute
WHERE minute IN (SELECT minute FROM touched)
    AND f_is_recounted(environment, status, minute);

-- name: requests_per_minute
-- $first timestamp
-- $past timestamp
INSERT INTO requests_per_minute
SELECT date_trunc('minute', timestamp), environment, route, host, release, status, error_code,
    count(*), sum(duration_ms)
FROM requests
WHERE timestamp >= $first AND timestamp < $past AND NOT clock_suspect
    AND date_trunc('minute', timestamp) IN (SELECT minute FROM touched)
    AND f_is_recounted(environment, status, timestamp)
GROUP BY ALL;

-- name: delete_hours
DELETE FROM requests_per_hour WHERE hour IN (SELECT date_trunc('hour', minute) FROM touched);

-- name: requests_per_hour
INSERT INTO requests_per_hour
SELECT date_trunc('hour', minute), environment, route, host, release, status, error_code,
    sum(requests), sum(duration_ms)
FROM requests_per_minute
WHERE date_trunc('hour', minute) IN (SELECT date_trunc('hour', minute) FROM touched)
GROUP BY ALL;

-- name: delete_callers
DELETE FROM errors_per_hour_and_caller
WHERE hour IN (SELECT date_trunc('hour', minute) FROM touched)
    AND f_is_recounted(environment, status, hour);

-- name: errors_per_hour_and_caller
-- $first timestamp
-- $past timestamp
INSERT INTO errors_per_hour_and_caller
SELECT date_trunc('hour', timestamp), environment, route, host, status, error_code, customer_id,
    coalesce(customer_id, key_fingerprint, client_ip), count(*)
FROM requests
WHERE timestamp >= date_trunc('hour', $first) AND timestamp < date_trunc('hour', $past) + INTERVAL 1 HOUR
    AND NOT clock_suspect AND status >= 400
    AND date_trunc('hour', timestamp) IN (SELECT date_trunc('hour', minute) FROM touched)
    AND f_is_recounted(environment, status, timestamp)
GROUP BY ALL;

-- name: delete_customers
DELETE FROM requests_per_hour_and_customer
WHERE hour IN (SELECT date_trunc('hour', minute) FROM touched)
    AND f_is_recounted(environment, hour);

-- name: requests_per_hour_and_customer
-- $first timestamp
-- $past timestamp
INSERT INTO requests_per_hour_and_customer
SELECT date_trunc('hour', timestamp), environment, customer_id, count(*)
FROM requests
WHERE timestamp >= date_trunc('hour', $first) AND timestamp < date_trunc('hour', $past) + INTERVAL 1 HOUR
    AND NOT clock_suspect AND customer_id IS NOT NULL
    AND date_trunc('hour', timestamp) IN (SELECT date_trunc('hour', minute) FROM touched)
    AND f_is_recounted(environment, timestamp)
GROUP BY ALL;

-- name: delete_server_errors
DELETE FROM server_errors_per_minute
WHERE minute IN (SELECT minute FROM touched)
    AND f_is_recounted(environment, status, minute);

-- name: server_errors_per_minute
-- $first timestamp
-- $past timestamp
INSERT INTO server_errors_per_minute
SELECT date_trunc('minute', timestamp), environment, route, host, status, error_code, customer_id,
    coalesce(customer_id, key_fingerprint, client_ip), count(*)
FROM requests
WHERE timestamp >= $first AND timestamp < $past AND NOT clock_suspect AND status >= 500
    AND date_trunc('minute', timestamp) IN (SELECT minute FROM touched)
    AND f_is_recounted(environment, status, timestamp)
GROUP BY ALL;

-- name: delete_no_retry_after
DELETE FROM contradictory_requests
WHERE kind = 'no_retry_after' AND date_trunc('minute', timestamp) IN (SELECT minute FROM touched)
    AND f_is_recounted(environment, 503, timestamp);

-- name: no_retry_after
-- $first timestamp
-- $past timestamp
INSERT INTO contradictory_requests
SELECT 'no_retry_after', timestamp, environment, request_id
FROM requests
WHERE timestamp >= $first AND timestamp < $past AND NOT clock_suspect
    AND status = 503 AND retry_after_s IS NULL
    AND date_trunc('minute', timestamp) IN (SELECT minute FROM touched)
    AND f_is_recounted(environment, status, timestamp);

-- name: judged
-- A 429 is judged by the requests that its caller started in the minute before. Requests are logged when they are
-- answered, at most a minute later by assumption, so a touched minute affects those from one before to two after it.
CREATE OR REPLACE TEMP TABLE judged AS
SELECT DISTINCT minute + to_minutes(unnest([-1, 0, 1, 2])) AS minute FROM touched;

-- name: delete_limited_too_soon
DELETE FROM contradictory_requests
WHERE kind = 'limited_too_soon' AND date_trunc('minute', timestamp) IN (SELECT minute FROM judged)
    AND f_is_recounted(environment, timestamp)
    AND f_is_recounted(environment, timestamp - INTERVAL 1 MINUTE);

-- name: limited_too_soon
-- The caller is the customer if one is logged, since some servers log no key: a customer with several keys is given the
-- benefit of all of them. Callers are compared by hash and times as numbers, since sorting texts and intervals is slow.
-- $first timestamp
-- $past timestamp
INSERT INTO contradictory_requests
WITH asked AS (
    SELECT timestamp, environment, request_id, status,
        hash(environment, coalesce(customer_id, key_fingerprint, client_ip)) AS caller,
        epoch_us(timestamp) - CAST(least(greatest(duration_ms, 0), 60000) * 1000 AS BIGINT) AS began_at
    FROM requests
    WHERE timestamp >= $first - INTERVAL 3 MINUTES AND timestamp < $past + INTERVAL 3 MINUTES AND NOT clock_suspect
        AND coalesce(customer_id, key_fingerprint, client_ip) IN (
            SELECT coalesce(customer_id, key_fingerprint, client_ip)
            FROM requests
            WHERE timestamp >= $first - INTERVAL 1 MINUTE AND timestamp < $past + INTERVAL 2 MINUTES
                AND NOT clock_suspect AND status = 429
        )
), counted AS (
    SELECT *, count(*) OVER (
            PARTITION BY caller ORDER BY began_at RANGE BETWEEN 60000000 PRECEDING AND CURRENT ROW
        ) - 1 AS begun_before
    FROM asked
)
SELECT 'limited_too_soon', timestamp, environment, request_id
FROM counted
WHERE status = 429 AND begun_before < 60 AND date_trunc('minute', timestamp) IN (SELECT minute FROM judged)
    AND f_is_recounted(environment, timestamp)
    AND f_is_recounted(environment, timestamp - INTERVAL 1 MINUTE);
