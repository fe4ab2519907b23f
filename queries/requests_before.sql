-- What did the same customer, key or address ask for just before?
-- Finds requests of the customer or of the key; if neither is known, of the client address.
-- $earliest timestamp
-- $at timestamp
-- $request_id text
-- $key_fingerprint text = null
-- $client_ip text = null
-- $count bigint
-- $customer_id text = null
SELECT timestamp, request_id, environment, method, route, path, status, error_code, duration_ms, customer_id
FROM requests
WHERE timestamp >= $earliest AND timestamp <= $at AND (timestamp < $at OR request_id < $request_id)
    AND (customer_id = $customer_id
        OR key_fingerprint = $key_fingerprint
        OR ($customer_id IS NULL AND $key_fingerprint IS NULL AND client_ip = $client_ip))
ORDER BY timestamp DESC, request_id DESC
LIMIT $count
