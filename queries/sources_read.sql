-- What was read, how far, and what became of its lines?
SELECT sources.source_id AS source_id, any_value(f_source_name(sources.path, sources.state, sources.retired_at)) AS source,
    any_value(sources.path) AS path, any_value(f_is_present(sources.state)) AS present,
    any_value(sources.format) AS format, any_value(sources.position) AS position,
    any_value(sources.finished) AS complete, any_value(sources.problem) AS problem,
    any_value(sources.first_read_at) AS first_read_at, any_value(sources.last_read_at) AS last_read_at,
    sum(batches.lines) AS lines, sum(batches.requests) AS requests, sum(batches.events) AS events,
    sum(batches.quarantined) AS quarantined, sum(batches.duplicates) AS duplicates,
    sum(batches.blank) AS blank, sum(batches.unmapped) AS unmapped, sum(batches.bytes) AS bytes
FROM sources
LEFT JOIN batches ON batches.source_id = sources.source_id
GROUP BY sources.source_id
ORDER BY source
