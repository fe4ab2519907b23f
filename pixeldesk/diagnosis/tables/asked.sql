-- Which case explains which of the requests in DiagnosisScope.request_ids?
-- $request_ids text[]
SELECT DISTINCT subject, request_id
FROM explained
JOIN symptoms USING (place)
WHERE request_id IN (SELECT unnest($request_ids))
