-- The tables of a store. ingest/formats/pixel.toml documents the fields of a log line.
-- Every timestamp is UTC without a zone, in microseconds.

CREATE TABLE meta (
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);

CREATE SEQUENCE source_ids;
CREATE SEQUENCE batch_ids;

-- One row per HTTP request, roughly in time order.
CREATE TABLE requests (
    timestamp TIMESTAMP NOT NULL,
    request_id VARCHAR NOT NULL,
    environment VARCHAR,
    host VARCHAR,
    region VARCHAR,
    release VARCHAR,
    level VARCHAR,
    message VARCHAR,
    method VARCHAR,
    route VARCHAR,
    path VARCHAR,
    status SMALLINT NOT NULL,
    duration_ms DOUBLE,
    customer_id VARCHAR,
    website_id VARCHAR,
    key_id VARCHAR,
    key_fingerprint VARCHAR,
    key_prefix VARCHAR,
    key_length INTEGER,
    key_scopes VARCHAR[],
    key_revoked_at TIMESTAMP,
    key_expires_at TIMESTAMP,
    client_ip VARCHAR,
    user_agent VARCHAR,
    response_rows BIGINT,
    retry_after_s DOUBLE,
    upstream_service VARCHAR,
    upstream_status SMALLINT,
    upstream_message VARCHAR,
    jwt_fingerprint VARCHAR,
    jwt_issued_at TIMESTAMP,
    error_code VARCHAR,
    error_message VARCHAR,
    error_details VARCHAR,
    -- Who wrote the line, if not the API itself: platform, proxy or edge.
    seat VARCHAR,
    -- Dated implausibly far in the past or the future: lookup finds the request, charts leave it out.
    clock_suspect BOOLEAN NOT NULL,
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_number BIGINT NOT NULL,
    line_hash UBIGINT NOT NULL,
    raw VARCHAR NOT NULL USING COMPRESSION zstd,
    -- Which of the equal lines of its source it is, from 1. NULL: the text alone identifies the line, since it carries a
    -- request id or a time finer than a second. Or a version before 5 stored it: it stands for every line of its text.
    occurrence INTEGER,
    -- The request id was made from a counter of one process, which counts anew after a restart.
    id_is_counted BOOLEAN DEFAULT false
);

-- One row for each further line of a request that is already counted, such as the proxy's line beside the
-- application's: the columns of requests, and the source and number of the counted line.
CREATE TABLE second_lines (
    timestamp TIMESTAMP NOT NULL,
    request_id VARCHAR NOT NULL,
    environment VARCHAR,
    host VARCHAR,
    region VARCHAR,
    release VARCHAR,
    level VARCHAR,
    message VARCHAR,
    method VARCHAR,
    route VARCHAR,
    path VARCHAR,
    status SMALLINT NOT NULL,
    duration_ms DOUBLE,
    customer_id VARCHAR,
    website_id VARCHAR,
    key_id VARCHAR,
    key_fingerprint VARCHAR,
    key_prefix VARCHAR,
    key_length INTEGER,
    key_scopes VARCHAR[],
    key_revoked_at TIMESTAMP,
    key_expires_at TIMESTAMP,
    client_ip VARCHAR,
    user_agent VARCHAR,
    response_rows BIGINT,
    retry_after_s DOUBLE,
    upstream_service VARCHAR,
    upstream_status SMALLINT,
    upstream_message VARCHAR,
    jwt_fingerprint VARCHAR,
    jwt_issued_at TIMESTAMP,
    error_code VARCHAR,
    error_message VARCHAR,
    error_details VARCHAR,
    seat VARCHAR,
    clock_suspect BOOLEAN NOT NULL,
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_number BIGINT NOT NULL,
    line_hash UBIGINT NOT NULL,
    raw VARCHAR NOT NULL USING COMPRESSION zstd,
    first_source_id INTEGER NOT NULL,
    first_line_number BIGINT NOT NULL,
    occurrence INTEGER,
    id_is_counted BOOLEAN DEFAULT false
);

-- One row per log line without a status, joined to its request by request_id if it has one.
CREATE TABLE events (
    timestamp TIMESTAMP NOT NULL,
    request_id VARCHAR,
    environment VARCHAR,
    host VARCHAR,
    release VARCHAR,
    level VARCHAR,
    message VARCHAR,
    clock_suspect BOOLEAN NOT NULL,
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_number BIGINT NOT NULL,
    line_hash UBIGINT NOT NULL,
    raw VARCHAR NOT NULL USING COMPRESSION zstd,
    -- As in requests.
    occurrence INTEGER
);

-- Another id by which lookup finds a request. kind: request (the same request's id at another hop), edge, trace,
-- downstream or counted (what is shown of an id that each process counts from 1).
CREATE TABLE aliases (
    alias VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    request_id VARCHAR NOT NULL,
    batch_id INTEGER NOT NULL
);

-- Lines that one program wrote about a request beside its access line, until that line is found: for a day. kind: event (it
-- has no status), remark (a row of requests), or access (a row of requests that is found by what its format joins lines
-- by). names are the ids under which the access line may be stored.
CREATE TABLE waiting_lines (
    kind VARCHAR NOT NULL,
    names VARCHAR[] NOT NULL,
    -- Its format says that it is a remark, although it may have the duration.
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
    -- The message of a line of level error or fatal.
    error_text VARCHAR,
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_number BIGINT NOT NULL,
    stored_at TIMESTAMP NOT NULL,
    -- The batch of the request that it was joined to, while that may still be withdrawn.
    used_by INTEGER
);

-- A line that could not be understood. byte_offset counts uncompressed bytes.
CREATE TABLE quarantine (
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_number BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    byte_length BIGINT NOT NULL,
    line_hash UBIGINT NOT NULL,
    -- The reason without the line's own values and positions.
    reason_kind VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    -- How the redacted line begins.
    excerpt VARCHAR NOT NULL,
    -- The redacted line. NULL: it was longer than allowed or binary, or a version refused it that stored an excerpt only.
    raw VARCHAR USING COMPRESSION zstd,
    -- Whether U+F780 to U+F7FF in raw stand for the bytes 0x80 to 0xFF that are no part of a character in UTF-8.
    raw_is_escaped BOOLEAN NOT NULL,
    -- As in requests; NULL too for a line whose bytes are no text or too many.
    occurrence INTEGER
);

-- A JSON object that does not match the format of its source. Columns as in quarantine.
CREATE TABLE unmapped (
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_number BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    byte_length BIGINT NOT NULL,
    line_hash UBIGINT NOT NULL,
    excerpt VARCHAR NOT NULL,
    raw VARCHAR USING COMPRESSION zstd,
    occurrence INTEGER
);

-- Of lines with an occurrence that were duplicates: how many lines of this text a source has had by the end of a batch, so
-- that it counts on from there.
CREATE TABLE repeated_lines (
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_hash UBIGINT NOT NULL,
    occurrences INTEGER NOT NULL
);

-- The sources read so far. position (an offset in uncompressed bytes) and lines end with the last complete line.
CREATE TABLE sources (
    source_id INTEGER NOT NULL,
    path VARCHAR NOT NULL,
    -- present: its path has it. replaced: another file has its path since retired_at. gone: its file was deleted, or
    -- moved to an unknown path, at retired_at.
    state VARCHAR NOT NULL,
    retired_at TIMESTAMP,
    format VARCHAR NOT NULL,
    -- Nothing of it is left to read: it was read to its end, or its file was given up.
    finished BOOLEAN NOT NULL,
    -- Of the file, when it was read to its end. For an object, modified_ns is a number derived from its ETag.
    size BIGINT,
    modified_ns BIGINT,
    position BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    head_length INTEGER NOT NULL,
    head_digest VARCHAR NOT NULL,
    tail_length INTEGER NOT NULL,
    tail_digest VARCHAR NOT NULL,
    problem VARCHAR,
    first_read_at TIMESTAMP NOT NULL,
    last_read_at TIMESTAMP NOT NULL,
    -- The length of a last line that was read without its line end, and a digest to recognise the line's end by.
    unended_bytes BIGINT NOT NULL,
    unended_digest VARCHAR NOT NULL
);

-- A followed file was truncated, replaced or deleted, and no rotated file beside it has its content: lines written
-- after looked_at may be lost.
CREATE TABLE losses (
    path VARCHAR NOT NULL,
    looked_at TIMESTAMP NOT NULL,
    noticed_at TIMESTAMP NOT NULL,
    what VARCHAR NOT NULL,
    source_id INTEGER NOT NULL
);

-- What one transaction stored from one source; for a followed source, the transactions of an hour are one row.
-- lines = requests + events + quarantined + duplicates + blank + unmapped.
CREATE TABLE batches (
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    committed_at TIMESTAMP NOT NULL,
    -- The source's last line had no line end: stored as a line, and read again if the source grows.
    provisional BOOLEAN NOT NULL,
    lines BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    events BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    blank BIGINT NOT NULL,
    unmapped BIGINT NOT NULL,
    bytes BIGINT NOT NULL
);

-- Lines dropped by a retention rule: one row per day, environment and status. Their rollups stay unchanged. status is
-- NULL for application log lines.
CREATE TABLE dropped_days (
    day TIMESTAMP NOT NULL,
    environment VARCHAR,
    status SMALLINT,
    lines BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    dropped_at TIMESTAMP NOT NULL
);

-- Posts with an Idempotency-Key that were answered in the last 24 hours; counts is the response body, JSON.
CREATE TABLE pushes (
    sender VARCHAR NOT NULL,
    key_digest VARCHAR NOT NULL,
    body_digest VARCHAR NOT NULL,
    counts VARCHAR NOT NULL,
    committed_at TIMESTAMP NOT NULL
);

-- Bodies of the last 24 hours with lines that have an occurrence: the same body from the same sender is a repeat.
CREATE TABLE pushed_bodies (
    sender VARCHAR NOT NULL,
    body_digest VARCHAR NOT NULL,
    lines BIGINT NOT NULL,
    blank BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    committed_at TIMESTAMP NOT NULL
);

CREATE TABLE requests_per_minute (
    minute TIMESTAMP NOT NULL,
    environment VARCHAR,
    route VARCHAR,
    host VARCHAR,
    release VARCHAR,
    status SMALLINT NOT NULL,
    error_code VARCHAR,
    requests BIGINT NOT NULL,
    duration_ms DOUBLE
);

CREATE TABLE requests_per_hour (
    hour TIMESTAMP NOT NULL,
    environment VARCHAR,
    route VARCHAR,
    host VARCHAR,
    release VARCHAR,
    status SMALLINT NOT NULL,
    error_code VARCHAR,
    requests BIGINT NOT NULL,
    duration_ms DOUBLE
);

-- Failed requests only. caller is the customer; if unknown, the key's fingerprint, or else the client address.
CREATE TABLE errors_per_hour_and_caller (
    hour TIMESTAMP NOT NULL,
    environment VARCHAR,
    route VARCHAR,
    host VARCHAR,
    status SMALLINT NOT NULL,
    error_code VARCHAR,
    customer_id VARCHAR,
    caller VARCHAR,
    requests BIGINT NOT NULL
);

CREATE TABLE requests_per_hour_and_customer (
    hour TIMESTAMP NOT NULL,
    environment VARCHAR,
    customer_id VARCHAR NOT NULL,
    requests BIGINT NOT NULL
);

-- Server errors by minute and caller: incident detection reads them, and they say who was hit.
CREATE TABLE server_errors_per_minute (
    minute TIMESTAMP NOT NULL,
    environment VARCHAR,
    route VARCHAR,
    host VARCHAR,
    status SMALLINT NOT NULL,
    error_code VARCHAR,
    customer_id VARCHAR,
    caller VARCHAR,
    requests BIGINT NOT NULL
);

-- Requests by which the API contradicts itself, found at ingest: one row for each kind and request.
-- trends/contradictions.py names the kinds; those visible in status and code alone are counted from requests_per_hour.
CREATE TABLE contradictory_requests (
    kind VARCHAR NOT NULL,
    timestamp TIMESTAMP NOT NULL,
    environment VARCHAR,
    request_id VARCHAR NOT NULL
);
