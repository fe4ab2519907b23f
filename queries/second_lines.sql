-- Which lines did others, such as a proxy, write for the request at this source and line number?
-- The time bounds only keep the engine from scanning the rest of the table.
-- $source_id bigint
-- $line_number bigint
-- $earliest timestamp
-- $latest timestamp
SELECT timestamp, environment, host, level, message, raw, source_id, line_number, seat, request_id
FROM second_lines
WHERE first_source_id = $source_id AND first_line_number = $line_number
    AND timestamp BETWEEN $earliest AND $latest
