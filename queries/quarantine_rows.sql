-- Which lines were refused, of one source or kind of reason, where do they stand, and why?
-- $source text = null
-- $reason text = null
-- $limit bigint
SELECT sources.path AS source, quarantine.line_number AS line, quarantine.byte_offset AS "offset",
    quarantine.reason AS reason, quarantine.excerpt AS excerpt
FROM quarantine
LEFT JOIN sources ON sources.source_id = quarantine.source_id
WHERE ($source IS NULL OR sources.path = $source) AND ($reason IS NULL OR f_reason_kind(quarantine.reason) = $reason)
ORDER BY sources.path, quarantine.line_number
LIMIT $limit
