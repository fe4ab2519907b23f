-- Which case explains which of the requests in DiagnosisScope.requests? Requests may share an id, so the time counts too.
-- $request_ids text[]
-- $timestamps timestamp[]
SELECT DISTINCT subject, request_id, timestamp
FROM explained
JOIN symptoms USING (place)
WHERE (request_id, timestamp) IN (
    SELECT (unnest(CAST($request_ids AS VARCHAR[])), unnest(CAST($timestamps AS TIMESTAMP[]))))
