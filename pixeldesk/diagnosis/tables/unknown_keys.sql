-- What do the logs show about each key that matched no stored hash?
-- elsewhere: the environment where the same key is known, by its fingerprint, or by its beginning and its length if
-- either was logged without a fingerprint. twin: a known key with the same beginning.
-- $shortest_prefix bigint
-- $longest_prefix bigint
WITH presented AS (
    SELECT environment, key, max(key_fingerprint) AS fingerprint, max(key_prefix) AS prefix, max(trimmed_prefix) AS trimmed,
        max(key_length) AS length, count(*) AS requests
    FROM symptoms
    WHERE error_code = 'invalid_api_key' AND key IS NOT NULL
    GROUP BY environment, key
), known AS (
    SELECT environment, prefix, max(length) AS length, max(fingerprint) AS fingerprint, sum(succeeded) AS succeeded
    FROM known_keys
    WHERE accepted > 0 AND prefix IS NOT NULL
    GROUP BY environment, prefix
), by_fingerprint AS (
    SELECT presented.environment, presented.key, max(known_keys.environment) AS elsewhere
    FROM presented
    JOIN known_keys ON known_keys.fingerprint = presented.fingerprint AND known_keys.accepted > 0
        AND known_keys.environment IS DISTINCT FROM presented.environment
    GROUP BY presented.environment, presented.key
), by_prefix AS (
    SELECT presented.environment, presented.key, max(known.environment) AS elsewhere
    FROM presented
    JOIN known ON known.prefix = presented.prefix AND known.environment IS DISTINCT FROM presented.environment
    WHERE (presented.fingerprint IS NULL OR known.fingerprint IS NULL)
        AND (presented.length IS NULL OR known.length IS NULL OR presented.length = known.length)
        AND NOT EXISTS (SELECT 1 FROM known AS here
            WHERE here.prefix = presented.prefix AND here.environment IS NOT DISTINCT FROM presented.environment)
    GROUP BY presented.environment, presented.key
), twins AS (
    SELECT presented.environment, presented.key,
        arg_max(known.length, known.environment IS NOT DISTINCT FROM presented.environment) AS length,
        arg_max(known.prefix, known.environment IS NOT DISTINCT FROM presented.environment) AS prefix
    FROM presented
    JOIN (
        SELECT *, left(prefix, letters) AS beginning
        FROM known
        CROSS JOIN (SELECT unnest(range($shortest_prefix, $longest_prefix + 1)) AS letters) AS lengths
        WHERE length(prefix) >= letters
    ) AS known ON known.beginning = presented.trimmed
    GROUP BY presented.environment, presented.key
), marks AS (
    SELECT DISTINCT environment, mark FROM key_shapes WHERE mark <> ''
), foreign_marks AS (
    SELECT presented.environment, presented.key, max(marks.environment) AS marked_for
    FROM presented
    JOIN marks ON marks.mark = regexp_extract(presented.prefix, '^[a-z]+_[a-z]+_')
    WHERE NOT EXISTS (SELECT 1 FROM marks AS here
            WHERE here.mark = marks.mark AND here.environment IS NOT DISTINCT FROM presented.environment)
        AND presented.environment IN (SELECT environment FROM marks)
    GROUP BY presented.environment, presented.key
), usual AS (
    SELECT arg_max(length, requests) AS length
    FROM (SELECT length, sum(requests) AS requests FROM key_shapes WHERE length IS NOT NULL GROUP BY length)
)
SELECT presented.*, coalesce(by_fingerprint.elsewhere, by_prefix.elsewhere) AS elsewhere,
    by_fingerprint.elsewhere IS NOT NULL AS same_fingerprint,
    foreign_marks.marked_for,
    twins.prefix AS twin,
    coalesce(twins.length, usual.length) AS proper_length,
    left(presented.prefix, 1) IN ('"', '''') AS quoted,
    regexp_matches(presented.prefix, '^\s') AS leading_blank
FROM presented
CROSS JOIN usual
LEFT JOIN by_fingerprint ON by_fingerprint.key = presented.key
    AND by_fingerprint.environment IS NOT DISTINCT FROM presented.environment
LEFT JOIN by_prefix ON by_prefix.key = presented.key
    AND by_prefix.environment IS NOT DISTINCT FROM presented.environment
LEFT JOIN twins ON twins.key = presented.key AND twins.environment IS NOT DISTINCT FROM presented.environment
LEFT JOIN foreign_marks ON foreign_marks.key = presented.key
    AND foreign_marks.environment IS NOT DISTINCT FROM presented.environment
