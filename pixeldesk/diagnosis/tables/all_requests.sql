-- Which requests may a diagnosis read? All before its end with a plausible time; those before its start are context.
SELECT rowid AS row, timestamp, request_id, environment, host, method, route, path, status, error_code, error_details,
    customer_id, website_id, key_id, key_fingerprint, key_prefix, key_length, key_scopes, key_revoked_at,
    key_expires_at, client_ip, user_agent, response_rows, retry_after_s, duration_ms, upstream_status,
    upstream_message, jwt_fingerprint, jwt_issued_at,
    ltrim(key_prefix, E' \t\r\n"''') AS trimmed_prefix
FROM requests
WHERE NOT clock_suspect AND timestamp < (SELECT past FROM span)
