-- Which of the requests that were asked for does which case explain?
SELECT DISTINCT subject, request_id
FROM explained
JOIN symptoms USING (place)
WHERE request_id IN (SELECT unnest($request_ids))
