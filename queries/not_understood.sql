-- Of which sources was no line understood, and why?
-- The reason is that of the first refused line; the example is the first JSON that no format knows.
SELECT counted.source_id AS source_id, sources.path AS source, sources.format AS format, counted.lines AS lines,
    counted.quarantined AS quarantined, counted.unmapped AS unmapped,
    (SELECT min_by(quarantine.reason, quarantine.line_number)
        FROM quarantine WHERE quarantine.source_id = counted.source_id) AS reason,
    (SELECT min_by(coalesce(unmapped.raw, unmapped.excerpt), unmapped.line_number)
        FROM unmapped WHERE unmapped.source_id = counted.source_id) AS example
FROM (
    SELECT source_id, sum(lines - blank)::BIGINT AS lines, sum(quarantined)::BIGINT AS quarantined,
        sum(unmapped)::BIGINT AS unmapped, sum(requests + events + duplicates) AS others
    FROM batches
    GROUP BY source_id) AS counted
JOIN sources ON sources.source_id = counted.source_id
WHERE counted.others = 0 AND counted.lines > 0 AND f_is_present(sources.state)
ORDER BY source
