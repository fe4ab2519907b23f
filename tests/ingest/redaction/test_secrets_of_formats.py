"""Secrets where other programs log them are not in the bytes of the store, and a key leaves its fingerprint."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.log_makers import nginx_line, pino_line, vercel_line
from tests.log_lines import Line, write_lines

KEY = "ak_live_Zt3bQ7wEr5TyU8iOp2AsD4fGh6JkL9zXc"
OPAQUE = "hunter2canary9f8e7d"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk"
FINGERPRINT = hashlib.sha256(KEY.encode()).hexdigest()[:16]


def pino(**headers: str) -> dict[str, Any]:
    line = pino_line()
    line["req"]["headers"] = {"host": "api.example.com", **headers}
    return line


def caddy(**headers: str) -> dict[str, Any]:
    return {
        "level": "info", "ts": 1794830400.5, "logger": "http.log.access", "msg": "handled request", "status": 200,
        "request": {"method": "GET", "uri": "/", "headers": {name: [value] for name, value in headers.items()}},
    }  # fmt: skip


def otlp(**attributes: Any) -> dict[str, Any]:
    listed = [{"key": name.replace("__", "."), "value": value} for name, value in attributes.items()]
    record = {"timeUnixNano": "1794830400000000000", "body": {"stringValue": "x"}, "attributes": listed}
    return {"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": [record]}]}]}


DOCKER = {"stream": "stdout", "time": "2026-11-16T12:00:00Z"}
LINES: dict[str, tuple[Line, bool]] = {
    "pino: authorization": (pino(authorization=f"Bearer {KEY}"), True),
    "pino: x-api-key": (pino(**{"x-api-key": KEY}), True),
    "pino: cookie": (pino(cookie=f"sid={OPAQUE}; theme=dark"), False),
    "pino: referer": (pino(referer=f"https://app.example.com/join/{JWT}"), False),
    "pino: query": ({**pino(), "url": f"/x?token={OPAQUE}"}, False),
    "pino: set-cookie": ({**pino(), "res": {"statusCode": 200, "headers": {"set-cookie": [f"sid={OPAQUE}"]}}}, False),
    "nginx: authorization": (nginx_line(http_authorization=f"Bearer {KEY}"), True),
    "nginx: cookie": (nginx_line(http_cookie=f"session={OPAQUE}"), False),
    "nginx: request": (nginx_line(request=f"GET /x?api_key={OPAQUE} HTTP/1.1"), False),
    "nginx: referer": (nginx_line(http_referer=f"https://app.example.com/join/{JWT}"), False),
    "caddy: authorization": (caddy(Authorization=f"Bearer {KEY}"), True),
    "caddy: cookie": (caddy(Cookie=f"sid={OPAQUE}"), False),
    "traefik: authorization": (
        {
            "DownstreamStatus": 200, "RequestMethod": "GET", "RequestPath": "/", "StartUTC": "2026-11-16T12:00:00Z",
            "request_Authorization": f"Bearer {KEY}", "request_Cookie": f"sid={OPAQUE}",
        },
        True,
    ),
    "vercel: referer": (vercel_line(proxy={"statusCode": 200, "referer": f"https://a.example/join/{JWT}"}), False),
    "vercel: message in JSON": (vercel_line(message=json.dumps(pino(authorization=f"Bearer {KEY}"))), True),
    "docker: in JSON": ({"log": json.dumps(pino(cookie=f"sid={OPAQUE}")) + "\n", **DOCKER}, False),
    "docker: key in JSON": ({"log": json.dumps(pino(authorization=KEY)) + "\n", **DOCKER}, True),
    "docker: two deep": (
        {"log": json.dumps(vercel_line(message=json.dumps(pino(cookie=f"sid={OPAQUE}")))) + "\n", **DOCKER}, False,
    ),
    "otlp: authorization": (
        otlp(http__request__header__authorization={"arrayValue": {"values": [{"stringValue": f"Bearer {KEY}"}]}}), True,
    ),
    "otlp: cookie": (otlp(http__request__header__cookie={"stringValue": f"sid={OPAQUE}"}), False),
    "otlp: token": (otlp(token={"stringValue": OPAQUE}), False),
    "otlp: in a map": (
        otlp(http={"kvlistValue": {"values": [{"key": "request.authorization", "value": {"stringValue": OPAQUE}}]}}),
        False,
    ),
    "otlp: in a body": (otlp(x={"stringValue": json.dumps({"password": OPAQUE})}), False),
    "ecs: headers": (
        {
            "@timestamp": "2026-11-16T12:00:00Z", "ecs.version": "1.6.0", "message": "x", "log.level": "info",
            "http": {"request": {"headers": {"authorization": f"Bearer {KEY}"}, "method": "GET"},
                     "response": {"status_code": 200}},
        },
        True,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk with all of the lines, each from a file of its own."""
    folder = tmp_path_factory.mktemp("secrets")
    settings = Settings(db=folder / "store" / "x.duckdb")
    desk = Desk(settings, open_store(settings))
    for number, (line, _) in enumerate(LINES.values()):
        write_lines(folder / "logs" / f"{number:03}.log", [line])
    report = desk.ingest([str(folder / "logs")])
    assert report.requests + report.events == len(LINES), report
    yield desk
    desk.store.close()


def rows(desk: Desk, name: str, column: str, *tables: str) -> list[Any]:
    """Return the values of a column of the line with this name."""
    of_file = "source_id IN (SELECT source_id FROM sources WHERE ends_with(path, $name))"
    given = {"name": f"{list(LINES).index(name):03}.log"}
    return [
        row["value"]
        for table in tables
        for row in desk.store.rows(f"SELECT {column} AS value FROM {table} WHERE {of_file}", given)
    ]


@pytest.mark.parametrize("name", LINES)
def test_no_secret_is_in_a_row(stored: Desk, name: str) -> None:
    raw = rows(stored, name, "raw", "requests", "second_lines", "events")
    assert len(raw) == 1
    for secret in (KEY[12:], OPAQUE, JWT[20:]):
        assert secret not in raw[0]
    prints = rows(stored, name, "key_fingerprint", "requests", "second_lines")
    if LINES[name][1] and prints:
        assert prints == [FINGERPRINT]


def test_no_secret_is_in_the_bytes_of_the_store(stored: Desk) -> None:
    stored.store.checkpoint()
    content = b"".join(path.read_bytes() for path in stored.settings.db.parent.iterdir())
    assert b"203.0.113.9" in content
    for secret in (KEY[12:], OPAQUE, JWT[20:]):
        assert secret.encode() not in content


def test_a_key_masked_by_the_server_is_no_key(desk: Desk, tmp_path: Path) -> None:
    lines: list[Line] = [caddy(Authorization="REDACTED"), caddy(Authorization="[Redacted]", X="y")]
    desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert {row["key_fingerprint"] for row in desk.store.rows("SELECT key_fingerprint FROM requests")} == {None}


def test_the_name_of_a_secret_in_an_arn_tells_requests_apart(desk: Desk, tmp_path: Path) -> None:
    ids = [
        f"SecretDeleteMessage:arn:aws:secretsmanager:us-east-1:111122223333:secret:team-{n}-wL771x:Forced"
        for n in (1, 2)
    ]
    records = [
        {
            "eventVersion": "1.08",
            "eventTime": "2026-11-20T10:00:00Z",
            "eventName": "StartSecretVersionDelete",
            "eventSource": "secretsmanager.amazonaws.com",
            "awsRegion": "us-east-1",
            "requestID": request_id,
            "eventID": f"7a52cdd1-1031-46cf-90c4-8a24bc70abe{n}",
        }
        for n, request_id in enumerate(ids)
    ]
    path = tmp_path / "trail.json"
    path.write_text(json.dumps({"Records": records}))
    desk.ingest([str(path)])
    found = desk.store.rows("SELECT request_id FROM events UNION SELECT request_id FROM requests ORDER BY ALL")
    assert [row["request_id"] for row in found] == ids
