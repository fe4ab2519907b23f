-- How many others met the same error in the same clock hour, for each of these hours, codes and callers?
-- `number` is the item's number in the lists, from 0. Customers are counted apart from callers without a customer, who
-- are identified by key or address. All requests without customer, key and address count as one caller, ''.
-- $hours timestamp[]
-- $error_codes text[]
-- $callers text[]
WITH asked AS (
    SELECT unnest(range(len($hours))) AS number, unnest($hours) AS asked_hour, unnest($error_codes) AS asked_code,
        coalesce(unnest($callers), '') AS asked_caller
)
SELECT number, count(DISTINCT customer_id) AS customers,
    coalesce(sum(CASE WHEN customer_id IS NOT NULL THEN requests END), 0) AS requests,
    count(DISTINCT CASE WHEN requests IS NOT NULL AND customer_id IS NULL THEN coalesce(caller, '') END)
        AS unnamed_callers,
    coalesce(sum(CASE WHEN customer_id IS NULL THEN requests END), 0) AS unnamed_requests
FROM asked
LEFT JOIN errors_per_hour_and_caller ON hour = asked_hour AND error_code = asked_code
    AND coalesce(caller, '') <> asked_caller
GROUP BY number
