-- Which lines did others, such as a proxy, write for the requests at these sources and line numbers?
-- The lists have one item for each request. The time bounds only keep the engine from scanning the rest of the table.
-- $source_ids bigint[]
-- $line_numbers bigint[]
-- $earliest timestamp
-- $latest timestamp
WITH asked AS (
    SELECT unnest($source_ids) AS asked_source_id, unnest($line_numbers) AS asked_line_number
)
SELECT timestamp, environment, host, level, message, raw, source_id, line_number, seat, request_id, first_source_id,
    first_line_number
FROM second_lines
JOIN asked ON first_source_id = asked_source_id AND first_line_number = asked_line_number
WHERE timestamp BETWEEN $earliest AND $latest
