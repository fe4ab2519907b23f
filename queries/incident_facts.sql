-- Whom and what did an incident hit, and when was it seen first and last?
-- $not_callers text[] = [], callers who already failed before: customer, key fingerprint or address
-- $start timestamp
-- $end timestamp
-- $environment text = null, null selects requests without an environment
-- $error_code text = null, null selects every server error
SELECT count(*) AS requests,
    count(DISTINCT customer_id) AS customers,
    count(DISTINCT coalesce(customer_id, key_fingerprint, client_ip, '')) AS callers,
    min(timestamp) AS first_seen,
    max(timestamp) AS last_seen,
    list_sort(list(DISTINCT host) FILTER (WHERE host IS NOT NULL)) AS hosts,
    list_sort(list(DISTINCT route) FILTER (WHERE route IS NOT NULL)) AS routes
FROM requests
WHERE timestamp >= $start AND timestamp < $end AND NOT clock_suspect AND status >= 500
    AND environment IS NOT DISTINCT FROM $environment
    AND ($error_code IS NULL OR coalesce(error_code, '') = $error_code)
    AND NOT list_contains($not_callers, coalesce(customer_id, key_fingerprint, client_ip, ''))
