-- Where may lines of followed files be lost, and since when?
-- One row for each file that was truncated, replaced or deleted and whose lines no rotated file beside it has.
-- $limit bigint
SELECT path AS source, looked_at, noticed_at, what
FROM losses
ORDER BY noticed_at DESC, source
LIMIT $limit
