-- Columns in place of sentences: the state of a source, whether it is finished, the kind of a reason. Refused and
-- unmapped lines are stored whole; of those stored before, only the ones that an excerpt holds whole are.

CREATE TABLE new_sources (
    source_id INTEGER NOT NULL,
    path VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    retired_at TIMESTAMP,
    format VARCHAR NOT NULL,
    finished BOOLEAN NOT NULL,
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
    unended_bytes BIGINT NOT NULL,
    unended_digest VARCHAR NOT NULL
);

-- `app.log (replaced 2026-11-16 12:00:00 UTC)`, `app.log (gone 2026-11-16 12:00:00 UTC, inode 4711)`. Sources of one path
-- that were retired in one second get different times. A retired source whose size is not that of its file was given up.
INSERT INTO new_sources
WITH parsed AS (
    SELECT *, regexp_extract(path, '(?s)^(.*?)((?: \((?:gone|replaced) [^()]*\))+)$', ['original', 'suffix']) AS name
    FROM sources
), named AS (
    SELECT *, coalesce(nullif(name.original, ''), path) AS original,
        coalesce(nullif(regexp_extract(name.suffix, '.*\((gone|replaced)', 1), ''), 'present') AS state,
        try_strptime(
            regexp_extract(name.suffix, '.*\((?:gone|replaced) (\d+-\d+-\d+ \d+:\d+:\d+)', 1), '%Y-%m-%d %H:%M:%S'
        ) AS retired_second
    FROM parsed
)
SELECT source_id, original, state,
    CASE WHEN state <> 'present' THEN coalesce(retired_second, last_read_at) + to_microseconds(
        row_number() OVER (PARTITION BY original, state, retired_second ORDER BY source_id) - 1) END,
    format, size IS NOT NULL, CASE WHEN state = 'present' OR modified_ns IS NOT NULL THEN size END, modified_ns,
    position, lines, head_length, head_digest, tail_length, tail_digest, problem, first_read_at, last_read_at,
    unended_bytes, unended_digest
FROM named
ORDER BY source_id;

DROP TABLE sources;
ALTER TABLE new_sources RENAME TO sources;

UPDATE losses SET path = regexp_replace(path, '(?s)^(.*?)(?: \((?:gone|replaced) [^()]*\))+$', '\1');

CREATE TABLE new_quarantine (
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_number BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    byte_length BIGINT NOT NULL,
    line_hash UBIGINT NOT NULL,
    reason_kind VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    excerpt VARCHAR NOT NULL,
    raw VARCHAR USING COMPRESSION zstd,
    raw_is_escaped BOOLEAN NOT NULL
);

INSERT INTO new_quarantine
SELECT batch_id, source_id, line_number, byte_offset, byte_length, line_hash,
    regexp_replace(
        regexp_replace(reason, ' is .{1,41}: ', ': '), ' (at|character|byte|is) [0-9][0-9a-fx,]*', ' \1 N', 'g'),
    reason, excerpt,
    CASE WHEN length(excerpt) < 200 AND NOT regexp_matches(reason, '^(longer than|an element longer than|not UTF-8) ')
        THEN excerpt END,
    false
FROM quarantine
ORDER BY rowid;

DROP TABLE quarantine;
ALTER TABLE new_quarantine RENAME TO quarantine;

CREATE TABLE new_unmapped (
    batch_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    line_number BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    byte_length BIGINT NOT NULL,
    line_hash UBIGINT NOT NULL,
    excerpt VARCHAR NOT NULL,
    raw VARCHAR USING COMPRESSION zstd
);

INSERT INTO new_unmapped
SELECT *, CASE WHEN length(excerpt) < 200 THEN excerpt END FROM unmapped ORDER BY rowid;

DROP TABLE unmapped;
ALTER TABLE new_unmapped RENAME TO unmapped;
