-- What was read, how far, and what became of its lines?
SELECT sources.source_id AS source_id, sources.path AS source, sources.format AS format,
    sources.position AS position, sources.size IS NOT NULL AS complete, sources.problem AS problem,
    sources.first_read_at AS first_read_at, sources.last_read_at AS last_read_at,
    sum(batches.lines) AS lines, sum(batches.requests) AS requests, sum(batches.events) AS events,
    sum(batches.quarantined) AS quarantined, sum(batches.duplicates) AS duplicates,
    sum(batches.blank) AS blank, sum(batches.unmapped) AS unmapped, sum(batches.bytes) AS bytes
FROM sources
LEFT JOIN batches ON batches.source_id = sources.source_id
GROUP BY sources.source_id, sources.path, sources.format, sources.position, sources.size, sources.problem,
    sources.first_read_at, sources.last_read_at
ORDER BY source
