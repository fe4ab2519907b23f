-- By which other ids is the request with this id known?
-- $request_id text
SELECT DISTINCT kind, alias FROM aliases WHERE request_id = $request_id LIMIT 50
