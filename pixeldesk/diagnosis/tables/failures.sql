-- Which requests of the diagnosed customers failed, whoever is at fault?
-- $customer_id text = null
-- $codes text[]
WITH callers AS (
    SELECT DISTINCT customer_id FROM explained JOIN symptoms USING (place) WHERE customer_id IS NOT NULL
    UNION
    SELECT $customer_id WHERE $customer_id IS NOT NULL
)
SELECT customer_id, timestamp, request_id, client_ip, user_agent, method, path, key, status, error_code,
    retry_after_s, duration_ms
FROM symptoms
WHERE status >= 400 AND customer_id IN (SELECT customer_id FROM callers)
UNION ALL
SELECT customer_id, timestamp, request_id, client_ip, user_agent, method, path,
    coalesce(key_fingerprint, key_prefix) AS key, status, error_code, retry_after_s, duration_ms
FROM relevant
WHERE status >= 400 AND NOT list_contains($codes, coalesce(error_code, ''))
    AND timestamp >= (SELECT start FROM span) AND customer_id IN (SELECT customer_id FROM callers)
