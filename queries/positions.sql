-- How far was each source read that is still at its path, in bytes of complete lines and of a last line without an end?
-- The position in a text in UTF-16 counts the bytes of UTF-8: once it was read to its end, its size says how far.
SELECT
    path AS source,
    greatest(position, CASE WHEN finished THEN size - unended_bytes ELSE 0 END) AS position,
    unended_bytes AS unended
FROM sources
WHERE f_is_present(state)
ORDER BY path
