"""Make log lines for the tests: valid by default, with any fields that a test gives."""

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import zstandard

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
Line = dict[str, Any] | str | bytes


def moment(seconds: float = 0.0) -> str:
    """Return the time this many seconds after noon of 16 November 2026, as a log has it."""
    return (NOON + timedelta(seconds=seconds)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def request_line(**fields: Any) -> dict[str, Any]:
    """Return the log line of a request that succeeds, with the given fields instead of its own."""
    return {
        "timestamp": moment(),
        "level": "info",
        "request_id": "req_7Qm2xV9cT4",
        "environment": "production",
        "host": "web-1",
        "region": "iad1",
        "release": "2026.46.1",
        "method": "GET",
        "route": "/pixel/pipes/{pipe}",
        "path": "/pixel/pipes/top_pages?website_id=web_k31&days=7",
        "status": 200,
        "duration_ms": 12.5,
        "customer_id": "cus_0184",
        "website_id": "web_k31",
        "api_key": {
            "id": "key_9d1",
            "fingerprint": "5f0c3b1e9a7d2c44",
            "prefix": "ak_live_Zt3b",
            "length": 40,
            "scopes": ["pixel:read"],
        },
        "client": {"ip": "203.0.113.9", "user_agent": "python-requests/2.32"},
        "response": {"rows": 3},
        **fields,
    }


def failed_line(code: str, status: int, **fields: Any) -> dict[str, Any]:
    """Return the log line of a request that was answered with an error code."""
    error = {"code": code, "message": f"it failed with {code}", "details": None}
    return request_line(level="warn", status=status, error=error, response=None, **fields)


def event_line(**fields: Any) -> dict[str, Any]:
    """Return another log line, written while the request of `request_line` was handled."""
    return {
        "timestamp": moment(-0.005),
        "level": "info",
        "message": "key matched",
        "request_id": "req_7Qm2xV9cT4",
        "environment": "production",
        "host": "web-1",
        **fields,
    }


def request_lines(count: int, **fields: Any) -> list[dict[str, Any]]:
    """Return `count` requests that succeed, one per second from noon, with the ids req_N0000000, req_N0000001, …"""
    return [request_line(**{"timestamp": moment(n), "request_id": f"req_N{n:07}", **fields}) for n in range(count)]


def as_bytes(lines: Iterable[Line]) -> bytes:
    """Return the lines as a log file has them. Texts and bytes are written unchanged, to make malformed lines."""
    return b"".join(_one(line) + b"\n" for line in lines)


def write_lines(path: Path, lines: Iterable[Line]) -> Path:
    """Write a log file, compressed if its name ends in .gz or .zst, and return its path."""
    content = as_bytes(lines)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    elif path.suffix == ".zst":
        content = zstandard.compress(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _one(line: Line) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)).encode()
