"""Secrets where other programs log them: nothing of them is in the store's bytes, and a key leaves its fingerprint."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from settings import Settings
from store import open_store
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


@pytest.mark.parametrize("name", LINES)
def test_nothing_of_it_is_stored(tmp_path: Path, name: str) -> None:
    line, has_key = LINES[name]
    settings = Settings(db=tmp_path / "store" / "x.duckdb")
    desk = Desk(settings, open_store(settings))
    report = desk.ingest([str(write_lines(tmp_path / "logs" / "a.log", [line]))])
    assert report["requests"] + report["events"] == 1, report
    raw = " ".join(
        row["raw"] for table in ("requests", "events") for row in desk.store.rows(f"SELECT raw FROM {table}")
    )
    prints = [row["key_fingerprint"] for row in desk.store.rows("SELECT key_fingerprint FROM requests")]
    desk.store.close()
    content = raw.encode() + b"".join(path.read_bytes() for path in settings.db.parent.iterdir())
    for secret in (KEY[12:], OPAQUE, JWT[20:]):
        assert secret.encode() not in content
    if has_key and report["requests"]:
        assert prints == [FINGERPRINT]


def test_a_key_that_the_server_hid_itself_is_no_key(desk: Desk, tmp_path: Path) -> None:
    lines: list[Line] = [caddy(Authorization="REDACTED"), caddy(Authorization="[Redacted]", X="y")]
    desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert {row["key_fingerprint"] for row in desk.store.rows("SELECT key_fingerprint FROM requests")} == {None}
