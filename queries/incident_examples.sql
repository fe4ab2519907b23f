-- Which requests show an incident best: the first of each caller it hit, the busiest callers first?
-- $not_callers text[] = [], callers who already failed before: customer, key fingerprint or address
-- $limit bigint
-- $start timestamp
-- $end timestamp
-- $environment text = null, null selects requests without an environment
-- $error_code text = null, null selects every server error
SELECT min_by(request_id, (timestamp, request_id)) AS request_id
FROM requests
WHERE timestamp >= $start AND timestamp < $end AND NOT clock_suspect AND status >= 500
    AND environment IS NOT DISTINCT FROM $environment
    AND ($error_code IS NULL OR coalesce(error_code, '') = $error_code)
    AND NOT list_contains($not_callers, coalesce(customer_id, key_fingerprint, client_ip, ''))
GROUP BY coalesce(customer_id, key_fingerprint, client_ip, '')
ORDER BY count(*) DESC, request_id
LIMIT $limit
