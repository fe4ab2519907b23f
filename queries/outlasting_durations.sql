-- In which sources is a request longer than all that was read of the source?
-- The unit of its duration is doubtful.
-- A request that goes on for ten minutes may have begun before its log did.
-- $batch bigint, the first batch of the lines
SELECT sources.path AS source, read.longest_ms AS longest_ms
FROM (
    SELECT source_id, max(duration_ms) AS longest_ms, epoch_ms(max(timestamp)) - epoch_ms(min(timestamp)) AS span_ms
    FROM requests
    WHERE batch_id >= $batch
    GROUP BY source_id) AS read
JOIN sources ON sources.source_id = read.source_id
WHERE read.longest_ms > greatest(read.span_ms, 600000) AND f_is_present(sources.state)
ORDER BY source
