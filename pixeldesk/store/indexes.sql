-- The indexes of a store, each under its own name.

-- name: requests_by_request_id
CREATE INDEX IF NOT EXISTS requests_by_request_id ON requests (request_id);

-- name: events_by_request_id
CREATE INDEX IF NOT EXISTS events_by_request_id ON events (request_id);

-- name: aliases_by_alias
CREATE INDEX IF NOT EXISTS aliases_by_alias ON aliases (alias);

-- name: aliases_by_request_id
CREATE INDEX IF NOT EXISTS aliases_by_request_id ON aliases (request_id);
