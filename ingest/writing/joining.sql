-- Join the lines of one request that one program wrote: its access line, remarks with a status, and events that tell
-- something about it. joining.py runs the statements in this order.

-- name: empty
CREATE OR REPLACE TEMP TABLE new_waiting AS FROM waiting_lines LIMIT 0;

-- name: expire
-- Forget lines that waited for a day, and those whose request was kept.
-- $now timestamp
DELETE FROM waiting_lines
WHERE stored_at < $now - INTERVAL 1 DAY
    OR used_by IS NOT NULL AND used_by NOT IN (SELECT batch_id FROM batches WHERE provisional);

-- name: lows
-- The lines that may belong to a request: those of this transaction, and earlier ones near its requests that have a name
-- in common.
-- $batch bigint
CREATE OR REPLACE TEMP TABLE lows AS
WITH new_requests AS (
    SELECT request_id, timestamp FROM requests WHERE batch_id >= $batch AND NOT clock_suspect
), span AS (
    SELECT min(timestamp) - INTERVAL 15 MINUTES AS earliest, max(timestamp) + INTERVAL 1 MINUTE AS latest
    FROM new_requests
), stored AS (
    SELECT waiting_lines.source_id, waiting_lines.line_number, unnest(names) AS name
    FROM waiting_lines, span
    WHERE used_by IS NULL AND timestamp BETWEEN earliest AND latest
), shared AS (
    SELECT DISTINCT source_id, line_number FROM stored
    WHERE name IN (SELECT request_id FROM new_requests UNION ALL SELECT unnest(names) FROM new_waiting)
)
FROM new_waiting
UNION ALL
SELECT waiting_lines.*
FROM waiting_lines SEMI JOIN shared
    ON shared.source_id = waiting_lines.source_id AND shared.line_number = waiting_lines.line_number
WHERE used_by IS NULL;

-- name: none_used
CREATE OR REPLACE TEMP TABLE used (
    source_id INTEGER, line_number BIGINT, high_batch_id INTEGER, may_be_withdrawn BOOLEAN);

-- name: span
-- When were the lines written that look for a request?
SELECT min(timestamp), max(timestamp) FROM lows WHERE kind <> 'access';

-- name: highs
-- The requests that the lines may belong to, each by its id, or by what its format joins lines by. A second line of
-- another seat's request stands for that request.
-- $earliest timestamp
-- $latest timestamp
CREATE OR REPLACE TEMP TABLE highs AS
WITH wanted AS (
    SELECT DISTINCT unnest(names) AS name FROM lows WHERE kind <> 'access'
), near_lines AS (
    SELECT request_id AS name, request_id, source_id, line_number, source_id AS first_source_id,
        line_number AS first_line_number, batch_id, timestamp, host, seat, status, duration_ms, error_code,
        error_message
    FROM requests WHERE timestamp BETWEEN $earliest AND $latest
    UNION ALL
    SELECT request_id, request_id, source_id, line_number, first_source_id, first_line_number, batch_id, timestamp,
        host, seat, status, duration_ms, error_code, error_message
    FROM second_lines WHERE timestamp BETWEEN $earliest AND $latest
), known AS (
    SELECT * FROM near_lines WHERE name IN (SELECT name FROM wanted)
    UNION ALL
    SELECT access.name, near_lines.* EXCLUDE (name)
    FROM (SELECT source_id, line_number, unnest(names) AS name FROM lows WHERE kind = 'access') AS access
    JOIN near_lines ON near_lines.source_id = access.source_id AND near_lines.line_number = access.line_number
    WHERE access.name IN (SELECT name FROM wanted)
), timed AS (
    SELECT *, timestamp AS ended,
        timestamp - to_microseconds(
            CAST(least(greatest(coalesce(duration_ms, 0), 0), 600000) * 1000 AS BIGINT)) AS began,
        source_id = first_source_id AND line_number = first_line_number AS is_request,
        duration_ms IS NOT NULL AS has_duration,
        error_code IS NOT NULL OR error_message IS NOT NULL AS has_error
    FROM known
)
SELECT name, request_id, source_id, line_number, first_source_id, first_line_number, batch_id, ended, began,
    -- How long before the request began a line of it may have been written.
    began - CASE WHEN has_duration THEN INTERVAL 1 SECOND ELSE INTERVAL 1 MINUTE END AS earliest,
    coalesce(host, '') AS host, coalesce(seat, '') AS seat, status, is_request, has_duration, has_error
FROM timed;

-- name: hosts
-- The hosts that wrote the access lines of each name.
CREATE OR REPLACE TEMP TABLE hosts AS
SELECT name, seat, list(DISTINCT host) AS hosts
FROM highs
WHERE (source_id, line_number) NOT IN (SELECT (source_id, line_number) FROM lows WHERE kind = 'remark')
GROUP BY name, seat;

-- name: host
-- On which of these hosts is the request of a line? On its own, if there is one. Some lines of a program name no host.
CREATE OR REPLACE TEMP MACRO f_host(own, hosts) AS CASE
    WHEN hosts IS NULL OR list_contains(hosts, own) THEN own
    WHEN own = '' THEN hosts[1]
    WHEN list_contains(hosts, '') THEN ''
    ELSE own END;

-- name: near
-- The ids of all these lines.
-- $earliest timestamp
-- $latest timestamp
CREATE OR REPLACE TEMP TABLE near AS
SELECT source_id, line_number, request_id
FROM requests
WHERE timestamp BETWEEN $earliest AND $latest
    AND (source_id, line_number) IN (
        SELECT (first_source_id, first_line_number) FROM highs
        UNION ALL SELECT (source_id, line_number) FROM lows WHERE kind = 'remark');

-- name: remarks
-- The remarks in `requests`, and the access line that each belongs to. An access line has the duration (class 1); where
-- none has, it has no error (class 2). A remark is tried for the access line that ended first after it, for the one
-- that began last before it, and for one of the same status that ended at most a minute before it.
CREATE OR REPLACE TEMP TABLE demoted AS
WITH asking AS (
    SELECT source_id, line_number, timestamp AS written, timestamp + INTERVAL 1 MILLISECOND AS soon_after, status,
        coalesce(host, '') AS host, coalesce(seat, '') AS seat, names, id_is_counted,
        is_marked OR error_code IS NOT NULL OR error_message IS NOT NULL AS has_error
    FROM lows
    WHERE kind = 'remark' AND (source_id, line_number) IN (SELECT (source_id, line_number) FROM near)
), named AS (
    SELECT * EXCLUDE (names), unnest(names) AS name, generate_subscripts(names, 1) AS place
    FROM asking, (VALUES (1), (2)) AS classes (class)
    WHERE class = 1 OR has_error
), remarks AS (
    SELECT named.* REPLACE (f_host(named.host, hosts) AS host)
    FROM named LEFT JOIN hosts ON hosts.name = named.name AND hosts.seat = named.seat
), access_lines AS (
    SELECT *, CASE WHEN has_duration THEN 1 WHEN NOT has_error THEN 2 END AS class
    FROM highs
    WHERE (source_id, line_number) NOT IN (
        SELECT (source_id, line_number) FROM lows WHERE kind = 'remark' AND is_marked)
), pairs AS (
    SELECT remarks.*, access_lines AS high, false AS is_late
    FROM remarks ASOF JOIN access_lines
        ON access_lines.name = remarks.name AND access_lines.class = remarks.class
        AND access_lines.host = remarks.host AND access_lines.seat = remarks.seat
        AND remarks.written <= access_lines.ended
    WHERE remarks.written >= access_lines.earliest
    UNION ALL
    SELECT remarks.*, access_lines, false
    FROM remarks ASOF JOIN access_lines
        ON access_lines.name = remarks.name AND access_lines.class = remarks.class
        AND access_lines.host = remarks.host AND access_lines.seat = remarks.seat
        AND remarks.soon_after >= access_lines.began
    WHERE remarks.written <= access_lines.ended
    UNION ALL
    SELECT remarks.*, access_lines, true
    FROM remarks ASOF JOIN access_lines
        ON access_lines.name = remarks.name AND access_lines.class = remarks.class
        AND access_lines.host = remarks.host AND access_lines.seat = remarks.seat
        AND remarks.written > access_lines.ended
    WHERE remarks.written <= access_lines.ended + INTERVAL 1 MINUTE AND access_lines.status = remarks.status
        AND access_lines.name = access_lines.request_id AND NOT remarks.id_is_counted
)
SELECT source_id, line_number, high.first_source_id, high.first_line_number, high.batch_id AS high_batch_id,
    high.is_request
FROM pairs
WHERE source_id <> high.source_id OR line_number <> high.line_number
QUALIFY row_number() OVER (
    PARTITION BY source_id, line_number
    ORDER BY class, is_late, place, abs(epoch_us(written) - epoch_us(high.began)), high.ended, high.source_id,
        high.line_number) = 1;

-- name: events
-- The events that tell something about a request, and the request: the first that ended after the event, or the one
-- that began last before it, if the event was written while it was handled.
CREATE OR REPLACE TEMP TABLE telling AS
WITH named AS (
    SELECT source_id, line_number, timestamp AS written, timestamp + INTERVAL 1 MILLISECOND AS soon_after,
        coalesce(host, '') AS host, coalesce(seat, '') AS seat, request_id,
        unnest(names) AS name, generate_subscripts(names, 1) AS place
    FROM lows WHERE kind = 'event'
), events AS (
    SELECT named.* REPLACE (f_host(named.host, hosts) AS host)
    FROM named LEFT JOIN hosts ON hosts.name = named.name AND hosts.seat = named.seat
), answered AS (
    SELECT * FROM highs
    WHERE is_request AND (source_id, line_number) NOT IN (SELECT (source_id, line_number) FROM demoted)
), pairs AS (
    SELECT events.*, answered AS high
    FROM events ASOF JOIN answered
        ON answered.name = events.name AND answered.host = events.host AND answered.seat = events.seat
        AND events.written <= answered.ended
    WHERE events.written >= answered.earliest
    UNION ALL
    SELECT events.*, answered
    FROM events ASOF JOIN answered
        ON answered.name = events.name AND answered.host = events.host AND answered.seat = events.seat
        AND events.soon_after >= answered.began
    WHERE events.written <= answered.ended
)
SELECT source_id, line_number, request_id, high.request_id AS high_request_id, high.source_id AS first_source_id,
    high.line_number AS first_line_number, high.batch_id AS high_batch_id
FROM pairs
QUALIFY row_number() OVER (
    PARTITION BY source_id, line_number
    ORDER BY place, abs(epoch_us(written) - epoch_us(high.began)), high.ended, high.source_id, high.line_number) = 1;

-- name: told
-- What these lines tell about each request. The earliest line that has a value tells it; of errors, a remark tells more
-- than an event, and the last one tells the most.
-- $earliest timestamp
-- $latest timestamp
CREATE OR REPLACE TEMP TABLE told AS
WITH lines AS (
    SELECT first_source_id, first_line_number, lines.timestamp, lines.source_id, lines.line_number, 0 AS rank,
        lines.method, lines.route, lines.path, lines.customer_id, lines.website_id, lines.key_id,
        lines.key_fingerprint, lines.key_prefix, lines.key_length, lines.client_ip, lines.user_agent,
        lines.upstream_service, lines.upstream_status, lines.upstream_message, lines.error_code, lines.error_message,
        lines.error_details, lines.error_text
    FROM lows AS lines JOIN telling
        ON telling.source_id = lines.source_id AND telling.line_number = lines.line_number
    WHERE lines.kind = 'event'
    UNION ALL
    SELECT first_source_id, first_line_number, lines.timestamp, lines.source_id, lines.line_number, 1,
        lines.method, lines.route, lines.path, lines.customer_id, lines.website_id, lines.key_id,
        lines.key_fingerprint, lines.key_prefix, lines.key_length, lines.client_ip, lines.user_agent,
        lines.upstream_service, lines.upstream_status, lines.upstream_message, lines.error_code, lines.error_message,
        lines.error_details,
        CASE WHEN lines.level IN ('error', 'fatal') THEN lines.message END
    FROM requests AS lines JOIN demoted
        ON demoted.source_id = lines.source_id AND demoted.line_number = lines.line_number
    WHERE lines.timestamp BETWEEN $earliest AND $latest AND demoted.is_request
), ordered AS (
    SELECT *, row(timestamp, source_id, line_number) AS place,
        row(rank, timestamp, source_id, line_number) AS weight
    FROM lines
)
SELECT first_source_id, first_line_number,
    arg_min(method, place) AS method, arg_min(route, place) AS route, arg_min(path, place) AS path,
    arg_min(customer_id, place) AS customer_id, arg_min(website_id, place) AS website_id,
    arg_min(key_id, place) AS key_id, arg_min(key_fingerprint, place) AS key_fingerprint,
    arg_min(key_prefix, place) AS key_prefix, arg_min(key_length, place) AS key_length,
    arg_min(client_ip, place) AS client_ip, arg_min(user_agent, place) AS user_agent,
    arg_min(upstream_service, place) AS upstream_service, arg_min(upstream_status, place) AS upstream_status,
    arg_min(upstream_message, place) AS upstream_message,
    arg_max({code: error_code, message: error_message, details: error_details}, weight)
        FILTER (error_code IS NOT NULL OR error_message IS NOT NULL) AS error,
    arg_max(error_text, weight) AS error_text
FROM ordered
GROUP BY first_source_id, first_line_number;

-- name: touched
-- $batch bigint
-- $earliest timestamp
-- $latest timestamp
INSERT INTO touched
SELECT DISTINCT date_trunc('minute', timestamp)
FROM requests
JOIN told ON told.first_source_id = requests.source_id AND told.first_line_number = requests.line_number
WHERE timestamp BETWEEN $earliest AND $latest AND batch_id < $batch AND NOT clock_suspect;

-- name: fill
-- $earliest timestamp
-- $latest timestamp
UPDATE requests
SET method = coalesce(requests.method, told.method),
    route = coalesce(requests.route, told.route),
    path = coalesce(requests.path, told.path),
    customer_id = coalesce(requests.customer_id, told.customer_id),
    website_id = coalesce(requests.website_id, told.website_id),
    key_id = coalesce(requests.key_id, told.key_id),
    key_fingerprint = coalesce(requests.key_fingerprint, told.key_fingerprint),
    key_prefix = coalesce(requests.key_prefix, told.key_prefix),
    key_length = coalesce(requests.key_length, told.key_length),
    client_ip = coalesce(requests.client_ip, told.client_ip),
    user_agent = coalesce(requests.user_agent, told.user_agent),
    upstream_service = coalesce(requests.upstream_service, told.upstream_service),
    upstream_status = coalesce(requests.upstream_status, told.upstream_status),
    upstream_message = coalesce(requests.upstream_message, told.upstream_message)
FROM told
WHERE told.first_source_id = requests.source_id AND told.first_line_number = requests.line_number
    AND requests.timestamp BETWEEN $earliest AND $latest;

-- name: fill_error
-- Of a request that failed, the error is filled in as a whole.
-- $earliest timestamp
-- $latest timestamp
UPDATE requests
SET error_code = told.error.code,
    error_message = CASE
        WHEN told.error IS NOT NULL OR requests.status < 500 THEN told.error.message
        ELSE told.error_text END,
    error_details = coalesce(requests.error_details, told.error.details)
FROM told
WHERE told.first_source_id = requests.source_id AND told.first_line_number = requests.line_number
    AND requests.timestamp BETWEEN $earliest AND $latest
    AND requests.status >= 400 AND requests.error_code IS NULL AND requests.error_message IS NULL;

-- name: aliases
-- An event with another id of the request: lookup finds the request by it, and the card shows the event.
-- $batch bigint
INSERT INTO aliases (alias, kind, request_id, batch_id)
SELECT DISTINCT telling.request_id, 'request', telling.high_request_id, $batch
FROM telling
WHERE telling.request_id <> telling.high_request_id
    AND NOT EXISTS (
        SELECT 1 FROM aliases
        WHERE aliases.alias = telling.request_id AND aliases.request_id = telling.high_request_id);

-- name: used
-- The lines whose request was found. A request of another batch than the first may be a last line without a line feed,
-- which is withdrawn when its source grows.
-- $batch bigint
CREATE OR REPLACE TEMP TABLE used AS
SELECT source_id, line_number, high_batch_id,
    high_batch_id > $batch OR high_batch_id IN (SELECT batch_id FROM batches WHERE provisional) AS may_be_withdrawn
FROM (
    SELECT source_id, line_number, high_batch_id FROM telling
    UNION ALL
    SELECT source_id, line_number, high_batch_id FROM demoted
);

-- name: forget
DELETE FROM waiting_lines USING used
WHERE used.source_id = waiting_lines.source_id AND used.line_number = waiting_lines.line_number
    AND waiting_lines.kind <> 'access' AND NOT used.may_be_withdrawn;

-- name: hold
UPDATE waiting_lines SET used_by = used.high_batch_id
FROM used
WHERE used.source_id = waiting_lines.source_id AND used.line_number = waiting_lines.line_number
    AND waiting_lines.kind <> 'access';

-- name: keep
INSERT INTO waiting_lines BY NAME
SELECT new_waiting.* EXCLUDE (used_by), used.high_batch_id AS used_by
FROM new_waiting LEFT JOIN used
    ON used.source_id = new_waiting.source_id AND used.line_number = new_waiting.line_number
    AND new_waiting.kind <> 'access'
WHERE used.high_batch_id IS NULL OR used.may_be_withdrawn;
