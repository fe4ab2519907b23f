CREATE INDEX IF NOT EXISTS requests_by_request_id ON requests (request_id);
CREATE INDEX IF NOT EXISTS events_by_request_id ON events (request_id);
CREATE INDEX IF NOT EXISTS aliases_by_alias ON aliases (alias);
CREATE INDEX IF NOT EXISTS aliases_by_request_id ON aliases (request_id);
