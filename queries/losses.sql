-- Where may lines of followed files be lost, and since when?
-- A file that was cut off, replaced or deleted, and whose lines were found nowhere beside it.
SELECT path AS source, looked_at, noticed_at, what
FROM losses
ORDER BY noticed_at DESC, source
LIMIT $limit
