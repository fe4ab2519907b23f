-- What is each source called for people, who are shown when it was replaced or its file went away?
SELECT source_id, f_source_name(path, state, retired_at) AS source FROM sources
