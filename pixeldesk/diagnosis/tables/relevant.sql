-- Which requests are read for one caller? Those that bear on it.
SELECT * FROM all_requests WHERE row IN (SELECT row FROM bearing_rows)
