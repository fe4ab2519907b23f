-- How many others met the same error in the same clock hour?
-- Customers are counted apart from callers without a customer, who are identified by key or address.
-- All requests without customer, key and address count as one caller, ''.
-- $hour timestamp
-- $caller text = null
-- $error_code text
SELECT count(DISTINCT customer_id) AS customers,
    coalesce(sum(CASE WHEN customer_id IS NOT NULL THEN requests END), 0) AS requests,
    count(DISTINCT CASE WHEN customer_id IS NULL THEN coalesce(caller, '') END) AS unnamed_callers,
    coalesce(sum(CASE WHEN customer_id IS NULL THEN requests END), 0) AS unnamed_requests
FROM errors_per_hour_and_caller
WHERE hour = $hour AND error_code = $error_code AND coalesce(caller, '') <> coalesce($caller, '')
