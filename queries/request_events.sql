-- Which other log lines were written while the request with this id was handled?
-- No order, for the reason given in request.sql.
-- $request_id text
SELECT timestamp, environment, host, level, message, raw, source_id, line_number
FROM events WHERE request_id = $request_id
