-- How far was each source read, in bytes of complete lines and of a last line without an end?
SELECT path AS source, position, unended_bytes AS unended
FROM sources
ORDER BY path
