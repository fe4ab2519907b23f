-- Equal lines become lines of their own. What is stored already has no occurrence: it stands for every line of its text.
-- Lines wait for the access line of their request. Second lines count as events.

ALTER TABLE requests ADD COLUMN occurrence INTEGER;
ALTER TABLE requests ADD COLUMN id_is_counted BOOLEAN DEFAULT false;
ALTER TABLE second_lines ADD COLUMN occurrence INTEGER;
ALTER TABLE second_lines ADD COLUMN id_is_counted BOOLEAN DEFAULT false;
ALTER TABLE events ADD COLUMN occurrence INTEGER;
ALTER TABLE quarantine ADD COLUMN occurrence INTEGER;
ALTER TABLE unmapped ADD COLUMN occurrence INTEGER;

CREATE TABLE repeated_lines (
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_hash UBIGINT NOT NULL,
    occurrences INTEGER NOT NULL
);

CREATE TABLE pushed_bodies (
    sender VARCHAR NOT NULL,
    body_digest VARCHAR NOT NULL,
    lines BIGINT NOT NULL,
    blank BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    committed_at TIMESTAMP NOT NULL
);

CREATE TABLE waiting_lines (
    kind VARCHAR NOT NULL,
    names VARCHAR[] NOT NULL,
    is_marked BOOLEAN NOT NULL,
    timestamp TIMESTAMP NOT NULL,
    request_id VARCHAR NOT NULL,
    id_is_counted BOOLEAN NOT NULL,
    host VARCHAR,
    seat VARCHAR,
    status SMALLINT,
    method VARCHAR,
    route VARCHAR,
    path VARCHAR,
    customer_id VARCHAR,
    website_id VARCHAR,
    key_id VARCHAR,
    key_fingerprint VARCHAR,
    key_prefix VARCHAR,
    key_length INTEGER,
    client_ip VARCHAR,
    user_agent VARCHAR,
    upstream_service VARCHAR,
    upstream_status SMALLINT,
    upstream_message VARCHAR,
    error_code VARCHAR,
    error_message VARCHAR,
    error_details VARCHAR,
    error_text VARCHAR,
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_number BIGINT NOT NULL,
    stored_at TIMESTAMP NOT NULL,
    used_by INTEGER
);

-- A second line counts among the events: the last batch of each source that has any corrects the sums of the source.
UPDATE batches SET requests = batches.requests - moved.lines, events = batches.events + moved.lines
FROM (
    SELECT source_id, count(*) AS lines FROM second_lines GROUP BY source_id
) AS moved
JOIN (
    SELECT source_id, max(batch_id) AS batch_id FROM batches WHERE NOT provisional GROUP BY source_id
) AS last ON last.source_id = moved.source_id
WHERE batches.source_id = last.source_id AND batches.batch_id = last.batch_id;
