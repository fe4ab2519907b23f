-- Move the second lines of withdrawn requests back to `requests`. The statements run in this order.

-- name: touched
-- with withdrawn_requests
INSERT INTO touched
SELECT DISTINCT date_trunc('minute', timestamp)
FROM second_lines
WHERE NOT clock_suspect
    AND (first_source_id, first_line_number) IN (SELECT (source_id, line_number) FROM withdrawn_requests);

-- name: moved
-- Those that are not withdrawn themselves count as requests again.
-- $source bigint
-- with withdrawn_requests
INSERT INTO moved_lines
SELECT batch_id, source_id, -1
FROM second_lines
WHERE (first_source_id, first_line_number) IN (SELECT (source_id, line_number) FROM withdrawn_requests)
    AND batch_id NOT IN (SELECT batch_id FROM batches WHERE source_id = $source AND provisional);

-- name: requests
-- with withdrawn_requests
INSERT INTO requests BY NAME
SELECT * EXCLUDE (first_source_id, first_line_number)
FROM second_lines
WHERE (first_source_id, first_line_number) IN (SELECT (source_id, line_number) FROM withdrawn_requests);

-- name: second_lines
-- with withdrawn_requests
DELETE FROM second_lines
WHERE (first_source_id, first_line_number) IN (SELECT (source_id, line_number) FROM withdrawn_requests);
