-- Which refused lines mention one of these texts, such as the spellings of a request id?
-- The first five of each.
-- $texts text[]
-- with source_names
WITH mentions AS (
    SELECT mentioned, source_id, line_number, reason
    FROM quarantine
    JOIN (SELECT unnest($texts) AS mentioned) AS given ON contains(coalesce(raw, excerpt), mentioned)
)
SELECT mentioned, source_names.source AS source, line_number AS line, reason
FROM mentions
LEFT JOIN source_names ON source_names.source_id = mentions.source_id
QUALIFY row_number() OVER (PARTITION BY mentioned ORDER BY source_names.source, line_number) <= 5
ORDER BY mentioned, source_names.source, line_number
