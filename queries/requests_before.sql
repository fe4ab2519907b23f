-- What did the same customer, key or address ask for just before?
-- The customer's requests where one is known, those of the same key in any case, the address's where neither is.
SELECT timestamp, request_id, environment, method, route, path, status, error_code, duration_ms, customer_id
FROM requests
WHERE timestamp >= $earliest AND timestamp <= $at AND (timestamp < $at OR request_id < $request_id)
    AND (customer_id = $customer_id
        OR key_fingerprint = $key_fingerprint
        OR ($customer_id IS NULL AND $key_fingerprint IS NULL AND client_ip = $client_ip))
ORDER BY timestamp DESC, request_id DESC
LIMIT $count
