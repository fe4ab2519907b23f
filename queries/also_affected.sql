-- How many others met the same error in the same clock hour?
-- Others are named customers; callers whom the logs do not name are counted beside them, by key or address.
-- Whoever is neither named nor has a key or an address is one caller, the empty one.
SELECT count(DISTINCT customer_id) AS customers,
    coalesce(sum(CASE WHEN customer_id IS NOT NULL THEN requests END), 0) AS requests,
    count(DISTINCT CASE WHEN customer_id IS NULL THEN coalesce(caller, '') END) AS unnamed_callers,
    coalesce(sum(CASE WHEN customer_id IS NULL THEN requests END), 0) AS unnamed_requests
FROM errors_per_hour_and_caller
WHERE hour = $hour AND error_code = $error_code AND coalesce(caller, '') <> coalesce($caller, '')
