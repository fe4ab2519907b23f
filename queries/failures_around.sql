-- Which requests failed in a range of time, nearest to one of these moments?
-- One of each caller, code, status, route and environment; the $count nearest. Empty lists filter nothing; a request
-- fits if its code, its status or its route is listed.
-- $moments timestamp[]
-- $start timestamp
-- $end timestamp
-- $codes text[]
-- $statuses bigint[]
-- $routes text[]
-- $host text = null
-- $count bigint
-- $before text = "?", where the path ends
WITH failed AS (
    SELECT timestamp, request_id, environment, host, method, route, path, split_part(path, $before, 1) AS asked_path, status,
        error_code, error_message, upstream_message, customer_id, website_id, key_id, key_fingerprint, key_prefix,
        client_ip, response_rows
    FROM requests
    WHERE status >= 400 AND NOT clock_suspect AND timestamp >= $start AND timestamp < $end
        AND ((len($codes) = 0 AND len($statuses) = 0)
            OR list_contains($codes::VARCHAR[], error_code) OR list_contains($statuses::BIGINT[], CAST(status AS BIGINT)))
        AND (len($routes) = 0 OR list_contains($routes::VARCHAR[], route))
        AND ($host IS NULL OR host = $host)
), asked AS (
    SELECT unnest($moments) AS moment
), near AS (
    SELECT failed.*, abs(date_diff('millisecond', timestamp, moment)) AS distance
    FROM failed
    CROSS JOIN asked
)
SELECT *
FROM near
QUALIFY row_number() OVER (
    PARTITION BY coalesce(customer_id, key_fingerprint, client_ip), error_code, status, asked_path, environment
    ORDER BY distance, timestamp DESC, request_id) = 1
ORDER BY distance, timestamp DESC, request_id
LIMIT $count
