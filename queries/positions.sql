-- How far was each source read that is still at its path, in bytes of complete lines and of a last line without an end?
SELECT path AS source, position, unended_bytes AS unended
FROM sources
WHERE f_is_present(state)
ORDER BY path
