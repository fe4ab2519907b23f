-- Which of these ids are stored: as the id of a request, as another id of one, or as the id of an application log line?
-- With a list of values DuckDB uses the index, for hundreds too; with a subquery only for fewer than 50.
-- $ids text[]
SELECT request_id AS id FROM requests WHERE request_id IN $ids
UNION
SELECT alias AS id FROM aliases WHERE alias IN $ids
UNION
SELECT request_id AS id FROM events WHERE request_id IN $ids
