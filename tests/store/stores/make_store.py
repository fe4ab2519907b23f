"""Make a store that holds everything a migration can meet, with the code of this checkout.

`python -m tests.store.stores.make_store FOLDER VERSION` writes logs into FOLDER, reads them in every way there is, and
leaves `version_VERSION.duckdb.zst` and `version_VERSION.json`, a recount of it, beside this module. It is run once
for each version of the schema, with the last code that has it:

* version 3: the code and this module at f8449fa, and FOLDER was /srv/logs
* version 4: the code at bdefd25 and this module as it was committed with it, and FOLDER was /srv/logs

All times in the store are fixed, so that a store made again differs in nothing that a test looks at.
"""

import gzip
import hashlib
import io
import json
import os
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import zstandard
from pydantic import Secret

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.ingest.load import Progress, load
from pixeldesk.ingest.sources.source import Source
from pixeldesk.retention.retain import retain
from pixeldesk.retention.rules import parse_rules
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from tests.ingest.formats.log_makers import nginx_line, pino_line
from tests.log_lines import Line, as_bytes, event_line, failed_line, moment, request_line, write_lines
from tests.server.push.served import SENDER, TOKEN, Client, served

HERE = Path(__file__).parent
IDEMPOTENCY_KEY = "the-first-post"
MAX_LINE_BYTES = 4096
_SECRET = "ak_live_0123456789abcdefghijklmnopqrstuv0123"
_READ_AT = datetime(2026, 11, 17, 8)
_DOCUMENT = """{"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/aws/lambda/pixel-api",
 "logStream": "2026/11/16/[$LATEST]5f0c", "subscriptionFilters": ["all"], "logEvents": [
  {"id": "319531066069669833788090250798042111432896154242982215%02d", "timestamp": %d, "message": %s},
  {"id": "319531066069669833788090250798042111432896154242982216%02d", "timestamp": %d, "message": "START of %d\\n"}]}
"""


def app_lines() -> list[Line]:
    """Return lines of the native format: good ones, ones that the API contradicts itself in, and malformed ones."""
    lines: list[Line] = [request_line(request_id=f"req_app{n:04}", timestamp=moment(n * 7)) for n in range(40)]
    lines += [event_line(request_id=f"req_app{n:04}", timestamp=moment(n * 7 - 0.01)) for n in range(10)]
    lines += [failed_line("rate_limited", 429, request_id=f"req_lim{n}", timestamp=moment(300 + n)) for n in range(3)]
    lines += [
        failed_line("upstream_failed", 503, request_id=f"req_down{n}", timestamp=moment(400 + n)) for n in range(4)
    ]
    lines += [request_line(request_id="req_shared", timestamp=moment(500 + n)) for n in range(2)]
    lines += [request_line(request_id="req_keyed", timestamp=moment(510), api_key=_SECRET)]
    lines += [request_line(request_id="req_early", timestamp="1999-01-01T00:00:00.000000Z")]
    return lines + bad_lines()


def bad_lines() -> list[Line]:
    """Return lines that are refused for different reasons, and lines of no known format."""
    return [
        "this is no JSON at all",
        '{"timestamp": "2026-11-16T12:00:00Z", "request_id": "req_cut", "status": 2',
        f'{{"timestamp": "2026-11-16T12:00:01Z", "authorization": "Bearer {_SECRET}", "status": 2',
        request_line(request_id="req_status", status=9999),
        request_line(request_id="req_status2", status="two hundred"),
        request_line(request_id=None, timestamp=moment(520)),
        request_line(request_id=None, timestamp=moment(521)),
        request_line(request_id="req_when", timestamp="yesterday, at tea time"),
        request_line(request_id="req_key", api_key=7),
        ["a", "list"].__repr__().replace("'", '"'),
        b'{"timestamp": "2026-11-16T12:00:02Z", "message": "caf\xe9"}',
        b"\xff\xfe not text \x80" + _SECRET.encode(),
        request_line(request_id="req_long", message="x" * (MAX_LINE_BYTES + 100)),
        "",
        {"hello": "world"},
        {"hello": "world", "n": 2, "password": "hunter2-is-no-password"},
        {"a": "longer than an excerpt", "text": "y" * 400},
    ]


def document(number: int) -> str:
    """Return a document of CloudWatch over several lines, with a request and an event."""
    inner = request_line(request_id=f"req_doc{number}", timestamp=moment(600 + number))
    ms = 1794830400000 + number
    return _DOCUMENT % (number, ms, json.dumps(json.dumps(inner)), number, ms, number)


def old_lines() -> list[Line]:
    """Return lines of a day that a retention rule drops."""
    at = datetime(2026, 5, 4, 10)
    stamps = [(at + timedelta(seconds=n)).isoformat() + "Z" for n in range(20)]
    lines: list[Line] = [request_line(request_id=f"req_old{n:02}", timestamp=stamp) for n, stamp in enumerate(stamps)]
    return [*lines, event_line(request_id="req_old00", timestamp=stamps[0])]


def some_lines(name: str, first: int, past: int) -> list[Line]:
    """Return numbered good lines."""
    return [request_line(request_id=f"req_{name}{n:03}", timestamp=moment(1000 + n)) for n in range(first, past)]


def pushed_lines(number: int) -> bytes:
    """Return the body of a post."""
    return as_bytes([*some_lines(f"push{number}-", 0, 8), "pushed, and no JSON", {"pushed": f"in no format {number}"}])


def equal_lines(count: int) -> list[dict[str, Any]]:
    """Return equal lines of nginx, without a request id and with a time in whole seconds."""
    fields = {"request_id": None, "msec": None, "time_iso8601": "2026-11-16T12:20:00+00:00"}
    return [nginx_line(0, **fields)] * count


def write_logs(folder: Path) -> None:
    """Write the logs as they were when they were last read."""
    write_lines(folder / "app.log", app_lines())
    write_lines(folder / "again.log", app_lines()[:20])
    write_lines(folder / "packed.log.gz", some_lines("packed", 0, 10))
    write_lines(folder / "old.log", old_lines())
    write_lines(folder / "nginx.log", _proxied())
    write_lines(folder / "pino.log", [pino_line(n, f"app-0123456789abc{n:03}") for n in range(6)])
    (folder / "cloudwatch.json").write_text("".join(document(n) for n in range(3)))
    write_lines(folder / "unended.log", some_lines("unended", 0, 5))
    _cut(folder / "unended.log")
    write_lines(folder / "half.log", some_lines("half", 0, 3))
    _cut(folder / "half.log", 100)
    write_lines(folder / "replaced.log", some_lines("second", 0, 6))
    write_lines(folder / "broken.log", some_lines("mended", 0, 4))
    for path in folder.iterdir():
        os.utime(path, (1_794_900_000, 1_794_900_000))


def _proxied() -> list[Line]:
    lines: list[Line] = []
    for n in range(6):
        ids = {"request_id": f"nginx-0123456789a{n:03}", "http_x_request_id": f"app-0123456789abc{n:03}"}
        lines.append(nginx_line(n + 0.02, **ids))
    return lines


def _cut(path: Path, count: int = 1) -> None:
    path.write_bytes(path.read_bytes()[:-count])


def fill(folder: Path, db: Path) -> None:
    """Read the logs in every way into a new store."""
    settings = Settings(db=db, max_line_bytes=MAX_LINE_BYTES, push_tokens=Secret(f"{SENDER}={TOKEN}"))
    desk = Desk(settings, open_store(settings))
    write_lines(folder / "replaced.log", some_lines("first", 0, 4))
    desk.ingest([str(folder / "replaced.log")])
    for name in ("begun.log", "broken.log"):
        _begin(settings, desk.store, write_lines(folder / name, some_lines(name[:5], 0, 60)))
    write_logs(folder)
    desk.ingest([str(path) for path in sorted(folder.iterdir()) if path.name != "begun.log"])
    desk.ingest(["-"], standard_input=io.BytesIO(as_bytes([*some_lines("piped", 0, 5), "piped, and no JSON"])))
    desk.ingest_upload("ticket.log", as_bytes([*some_lines("upload", 0, 5), "uploaded, and no JSON"]))
    with served(desk) as port:
        client = Client(port)
        assert client.post(pushed_lines(1), Idempotency_Key=IDEMPOTENCY_KEY).status == 200
        assert client.post(pushed_lines(2)).status == 200
        assert client.post(as_bytes([pino_line(50, "app-pushed-0123456789")])).status == 200
    _follow(desk, folder / "followed")
    # Of equal lines, versions before 5 stored one.
    equal = write_lines(folder / "equal.log", [*equal_lines(5)])
    os.utime(equal, (1_794_900_000, 1_794_900_000))
    desk.ingest([str(equal)])
    retain(desk.store, parse_rules("*=30d"), datetime(2026, 11, 17))
    desk.close()


def _begin(settings: Settings, store: Store, path: Path) -> None:
    """Read the first batch of a file, as a process does that is stopped then."""

    def stop(progress: Progress) -> None:
        if progress.lines > 20:
            raise KeyboardInterrupt

    small = settings.model_copy(update={"chunk_bytes": 4096, "batch_bytes": 4096})
    with suppress(KeyboardInterrupt):
        load(store, small, [Source(str(path), path)], progress=stop)


def _follow(desk: Desk, folder: Path) -> None:
    clock = iter(range(1_000_000))
    gone, cut = (write_lines(folder / name, some_lines(name[:4], 0, 5)) for name in ("gone.log", "cut.log"))
    follower = FileFollower(desk.store, desk.settings, [str(folder)], clock=lambda: float(next(clock)))
    follower.poll()
    with gone.open("ab", buffering=0) as writer:
        writer.write(as_bytes(some_lines("gone", 5, 7)))
        gone.unlink()
        follower.poll()
    os.truncate(cut, 0)
    follower.poll()
    cut.write_bytes(as_bytes(some_lines("anew", 0, 3)))
    follower.poll()
    follower.close()


def fix_times(db: Path) -> None:
    """Replace the times of this run, and what else is different each time, by fixed values."""
    at = f"TIMESTAMP '{_READ_AT}'"
    with duckdb.connect(str(db), config={"storage_compatibility_version": "v1.5.0"}) as connection:
        run = connection.execute
        run(f"UPDATE sources SET first_read_at = {at}, last_read_at = {at}")
        run(f"UPDATE batches SET committed_at = {at}")
        run(f"UPDATE losses SET looked_at = {at}, noticed_at = {at} + INTERVAL 2 SECONDS")
        run(f"UPDATE dropped_days SET dropped_at = {at}")
        run(f"UPDATE pushes SET committed_at = {at}")
        run(f"UPDATE sources SET retired_at = {at} + to_microseconds(source_id) WHERE retired_at IS NOT NULL")
        run(
            """UPDATE sources SET modified_ns = 1794900000000000000
            WHERE modified_ns > 0 AND (path LIKE '%/followed/%' OR state <> 'present')"""
        )
        run("CHECKPOINT")


_ROWS = {
    "requests": "request_id, timestamp, status, environment, customer_id, error_code, line_number, line_hash, raw",
    "second_lines": "request_id, timestamp, status, seat, line_number, first_line_number, raw",
    "events": "request_id, timestamp, message, line_number, raw",
    "aliases": "alias, kind, request_id",
    "quarantine": "line_number, byte_offset, byte_length, line_hash, reason, excerpt",
    "unmapped": "line_number, byte_offset, byte_length, line_hash, excerpt",
    "losses": "path, what, source_id",
    "dropped_days": "day, environment, status, lines, rule",
    "pushes": "sender, key_digest, body_digest, counts",
    "contradictory_requests": "kind, timestamp, environment, request_id",
    "requests_per_minute": "minute, status, requests",
    "batches": "source_id, provisional, lines, requests, events, quarantined, duplicates, blank, unmapped, bytes",
    "sources": "source_id, format, position, lines, head_digest, tail_digest, problem, unended_bytes, unended_digest",
}


def recount(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return what a store holds: for each table its number of rows and a digest of what no version changes."""
    found = {}
    for table, columns in _ROWS.items():
        rows = sorted(map(repr, connection.execute(f"SELECT {columns} FROM {table}").fetchall()))
        digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        found[table] = {"rows": len(rows), "columns": columns, "digest": digest}
    return found


def main() -> None:
    """Make the store and its recount."""
    folder, version = Path(sys.argv[1]), sys.argv[2]
    db = folder.parent / f"{folder.name}.duckdb"
    folder.mkdir(parents=True)
    fill(folder, db)
    fix_times(db)
    with duckdb.connect(str(db), read_only=True) as connection:
        (HERE / f"version_{version}.json").write_text(json.dumps(recount(connection), indent=2) + "\n")
        for row in connection.execute("SELECT path, format, size, modified_ns, lines FROM sources").fetchall():
            print(*row)
    content = db.read_bytes()
    packed = zstandard.ZstdCompressor(level=22).compress(content)
    (HERE / f"version_{version}.duckdb.zst").write_bytes(packed)
    print(len(content), len(packed), len(gzip.compress(content)))


if __name__ == "__main__":
    main()
