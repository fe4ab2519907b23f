-- Which requests are symptoms, one row a request, and which customer sent each?
-- named_customer_id is the customer that the line names; customer_id is that customer, or else the attributed one.
SELECT shown.* EXCLUDE (customer_id),
    shown.customer_id AS named_customer_id,
    coalesce(shown.customer_id, attributed.customer_id) AS customer_id,
    CASE WHEN shown.customer_id IS NOT NULL THEN 'line' ELSE attributed.found_by END AS found_by,
    attributed.found_by_id,
    coalesce(attributed.key, shown.key_fingerprint, 'prefix ' || shown.key_prefix) AS key,
    coalesce(attributed.address_is_shared, FALSE) AS address_is_shared
FROM shown
LEFT JOIN attributed ON attributed.place = shown.place
