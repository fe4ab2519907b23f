-- Who sent the requests that a diagnosis is about? A customer, or, if its line names none, whoever shares its traits.
-- The lists are of one length, an element for each caller.
-- $customer_ids text[]
-- $key_fingerprints text[]
-- $beginnings text[], of the keys
-- $website_ids text[]
-- $client_ips text[]
SELECT unnest(CAST($customer_ids AS VARCHAR[])) AS customer_id,
    unnest(CAST($key_fingerprints AS VARCHAR[])) AS key_fingerprint, unnest(CAST($beginnings AS VARCHAR[])) AS beginning,
    unnest(CAST($website_ids AS VARCHAR[])) AS website_id, unnest(CAST($client_ips AS VARCHAR[])) AS client_ip
