-- Which lines of others, such as a proxy's, were written for the request that stands at this place?
-- The times only spare the rest of the table from being read.
SELECT timestamp, environment, host, level, message, raw, source_id, line_number, seat, request_id
FROM second_lines
WHERE first_source_id = $source_id AND first_line_number = $line_number
    AND timestamp BETWEEN $earliest AND $latest
