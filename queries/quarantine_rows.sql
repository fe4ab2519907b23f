-- Which lines were refused, of one source or kind of reason, where do they stand, and why?
-- $source text = null
-- $reason text = null
-- $limit bigint
-- with source_names
SELECT source_names.source AS source, quarantine.line_number AS line, quarantine.byte_offset AS "offset",
    quarantine.reason AS reason, quarantine.excerpt AS excerpt
FROM quarantine
LEFT JOIN source_names ON source_names.source_id = quarantine.source_id
WHERE ($source IS NULL OR source_names.source = $source) AND ($reason IS NULL OR quarantine.reason_kind = $reason)
ORDER BY source_names.source, quarantine.line_number
LIMIT $limit
