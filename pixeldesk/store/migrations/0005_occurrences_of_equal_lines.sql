-- Equal lines become lines of their own. What is stored already has no occurrence: it stands for every line of its text.

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
