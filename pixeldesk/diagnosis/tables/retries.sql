-- How well does each customer retry: how many operations are behind the failed requests, which retries were in vain?
-- An operation is a failed request and its retries: the same client, method, path and key, soon after the failure, or soon
-- after its Retry-After has passed.
-- $retried_get_s bigint
-- $retried_other_s bigint
-- $retried_after_wait double
-- $too_early double
-- $backed_off double
WITH attempts AS (
    SELECT *, f_add_seconds(timestamp, -coalesce(duration_ms, 0) / 1000.0) AS started,
        lag(timestamp) OVER asked AS failed_at, lag(error_code) OVER asked AS failed_with,
        lag(status) OVER asked AS failed_status, lag(retry_after_s) OVER asked AS told_to_wait_s,
        CASE WHEN method = 'GET' THEN $retried_get_s ELSE $retried_other_s END AS soon_s
    FROM failures
    WINDOW asked AS (
        PARTITION BY customer_id, client_ip, user_agent, method, path, key ORDER BY timestamp, request_id)
), judged AS (
    SELECT *, date_diff('millisecond', failed_at, started) / 1000.0 AS wait_s,
        coalesce(date_diff('millisecond', failed_at, started) / 1000.0
            <= greatest(soon_s, coalesce(told_to_wait_s, 0) * $retried_after_wait), FALSE) AS is_retry
    FROM attempts
), waits AS (
    SELECT *, lag(wait_s) OVER chain AS wait_before_s, lag(is_retry) OVER chain AS retried_before
    FROM judged
    WINDOW chain AS (
        PARTITION BY customer_id, client_ip, user_agent, method, path, key ORDER BY timestamp, request_id)
)
SELECT customer_id,
    count(*) AS failed_requests,
    count(*) FILTER (WHERE NOT is_retry) AS failed_operations,
    count(*) FILTER (WHERE is_retry) AS retries,
    count(*) FILTER (WHERE is_retry AND failed_status BETWEEN 400 AND 499 AND failed_status <> 429) AS in_vain,
    arg_max(request_id, timestamp) FILTER (
        WHERE is_retry AND failed_status BETWEEN 400 AND 499 AND failed_status <> 429) AS in_vain_id,
    count(*) FILTER (WHERE is_retry AND wait_s < $too_early * told_to_wait_s) AS too_early,
    arg_max(request_id, timestamp) FILTER (WHERE is_retry AND wait_s < $too_early * told_to_wait_s) AS too_early_id,
    count(*) FILTER (WHERE is_retry AND retried_before) AS further_retries,
    count(*) FILTER (WHERE is_retry AND retried_before AND wait_s > $backed_off * wait_before_s) AS backed_off,
    arg_max(request_id, timestamp) FILTER (
        WHERE is_retry AND retried_before AND wait_s <= $backed_off * wait_before_s) AS steady_id,
    avg(wait_s) FILTER (WHERE is_retry) AS mean_wait_s,
    stddev_pop(wait_s) FILTER (WHERE is_retry) AS wait_spread_s
FROM waits
GROUP BY customer_id
