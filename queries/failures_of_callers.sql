-- Which requests of these callers failed, nearest to one of these moments?
-- One of each customer, key, code, status, path without its query, host and environment; the $count nearest. A
-- request without a customer counts as a caller's by its key, the website in its path or its address.
-- $moments timestamp[]
-- $customer_ids text[]
-- $website_ids text[]
-- $key_ids text[]
-- $fingerprints text[]
-- $beginnings text[], the first characters of keys
-- $client_ips text[]
-- $empty_answers boolean, whether answers without a row count as failures
-- $count bigint
-- $before text = "?", where the path ends
WITH failed AS (
    SELECT timestamp, request_id, environment, host, method, route, path, split_part(path, $before, 1) AS asked_path, status,
        error_code, error_message, upstream_message, customer_id, website_id, key_id, key_fingerprint, key_prefix,
        client_ip, response_rows
    FROM requests
    WHERE (status >= 400 OR (CAST($empty_answers AS BOOLEAN) AND response_rows = 0)) AND NOT clock_suspect
        AND (list_contains($customer_ids::VARCHAR[], customer_id)
            OR list_contains($website_ids::VARCHAR[], website_id)
            OR list_contains($key_ids::VARCHAR[], key_id)
            OR list_contains($fingerprints::VARCHAR[], key_fingerprint)
            OR list_contains($client_ips::VARCHAR[], client_ip)
            OR list_contains($beginnings::VARCHAR[], trim(key_prefix))
            OR list_contains($website_ids::VARCHAR[], CASE WHEN customer_id IS NULL AND website_id IS NULL
                THEN regexp_extract(path, 'website_id=([^&#]+)', 1) END))
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
    PARTITION BY customer_id, key_fingerprint, website_id, error_code, status, asked_path, host, environment
    ORDER BY distance, timestamp DESC, request_id) = 1
ORDER BY distance, timestamp DESC, request_id
LIMIT $count
