-- Keep the table repeated_lines small, and true of the files that sources are.

-- name: surpassed
-- Of a text, only the last count of a source is needed; the one before it too if the last may be withdrawn.
-- $batch bigint, the first batch of the transaction
-- $provisional bigint[], batches of the transaction that may be withdrawn
DELETE FROM repeated_lines USING (
    SELECT source_id, line_hash, max(occurrences) AS occurrences
    FROM repeated_lines
    WHERE batch_id >= $batch AND batch_id NOT IN $provisional
    GROUP BY source_id, line_hash
) AS last
WHERE last.source_id = repeated_lines.source_id AND last.line_hash = repeated_lines.line_hash
    AND repeated_lines.occurrences < last.occurrences;

-- name: of_sources
-- $sources bigint[]
DELETE FROM repeated_lines WHERE source_id IN $sources;

-- name: of_retired
-- A source whose file is gone may find it again under another name.
-- $retired_before timestamp
DELETE FROM repeated_lines
WHERE source_id IN (SELECT source_id FROM sources WHERE retired_at < $retired_before);

-- name: copy
-- A copy of a file goes on where the file has got with its equal lines, without a last line that may be withdrawn.
-- $batch bigint
-- $source bigint
-- $copy bigint
INSERT INTO repeated_lines
SELECT $batch, $copy, line_hash, max(occurrence)
FROM (
    SELECT batch_id, source_id, line_hash, occurrence FROM requests
    UNION ALL
    SELECT batch_id, source_id, line_hash, occurrence FROM second_lines
    UNION ALL
    SELECT batch_id, source_id, line_hash, occurrence FROM events
    UNION ALL
    SELECT batch_id, source_id, line_hash, occurrence FROM quarantine
    UNION ALL
    SELECT batch_id, source_id, line_hash, occurrence FROM unmapped
    UNION ALL
    SELECT batch_id, source_id, line_hash, occurrences FROM repeated_lines
)
WHERE source_id = $source AND occurrence IS NOT NULL
    AND batch_id NOT IN (SELECT batch_id FROM batches WHERE source_id = $source AND provisional)
GROUP BY line_hash;
