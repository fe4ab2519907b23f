-- Which messages did failing requests of each error code have, our own and those of services we call?
-- The $count most frequent.
-- $count bigint
SELECT error_code, message, count(*) AS requests
FROM (
    SELECT error_code, error_message AS message
    FROM requests
    WHERE status >= 400 AND error_code IS NOT NULL AND error_message IS NOT NULL
    UNION ALL
    SELECT error_code, upstream_message AS message
    FROM requests
    WHERE status >= 400 AND error_code IS NOT NULL AND upstream_message IS NOT NULL
) AS said
GROUP BY error_code, message
ORDER BY requests DESC, error_code, message
LIMIT $count
