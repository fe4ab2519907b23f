-- Which requests bear on these customers? Their own, and all that share a key, the beginning of a key, a website or an
-- address with them: thus a value that is unique among all requests is unique among these.
-- One pass per handle: each is a semi-join that reads one column; an OR of all would read every column.
-- $shortest_prefix bigint
-- $longest_prefix bigint
SELECT row FROM all_requests WHERE customer_id IN (SELECT customer_id FROM of_customers)
UNION
SELECT row FROM all_requests WHERE client_ip IN (SELECT client_ip FROM handles WHERE client_ip IS NOT NULL)
UNION
SELECT row FROM all_requests
WHERE key_fingerprint IN (SELECT key_fingerprint FROM handles WHERE key_fingerprint IS NOT NULL)
UNION
SELECT row FROM all_requests WHERE website_id IN (SELECT website_id FROM handles WHERE website_id IS NOT NULL)
UNION
SELECT row FROM all_requests WHERE left(key_prefix, $shortest_prefix) IN (SELECT beginning FROM handles WHERE beginning IS NOT NULL)
UNION
SELECT row FROM all_requests
WHERE customer_id IS NULL AND (
    left(trimmed_prefix, $shortest_prefix) IN (SELECT beginning FROM handles WHERE beginning IS NOT NULL)
    OR lower(left(trimmed_prefix, $longest_prefix)) IN (
        SELECT left(key_fingerprint, $longest_prefix) FROM handles WHERE key_fingerprint IS NOT NULL)
    OR coalesce(try(url_decode(regexp_extract(path, '[?&]website_id=([^&#]+)', 1))),
        regexp_extract(path, '[?&]website_id=([^&#]+)', 1)) IN (
        SELECT website_id FROM handles WHERE website_id IS NOT NULL))
