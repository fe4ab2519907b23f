-- Which stored request ids begin or end like this one, letter case aside?
-- $request_id text
-- $head text
-- $tail text
SELECT DISTINCT request_id, levenshtein(lower(request_id), lower($request_id)) AS distance
FROM requests
WHERE (starts_with(lower(request_id), lower($head)) OR suffix(lower(request_id), lower($tail)))
    AND abs(length(request_id) - length($request_id)) <= 3
    AND levenshtein(lower(request_id), lower($request_id)) <= 3
ORDER BY distance, request_id
LIMIT 3
