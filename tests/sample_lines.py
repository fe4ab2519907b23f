"""Read the sample's lines in plain Python, to check the store's answers against."""

import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import zstandard

from tests.permanent import permanent

LOGS = Path(__file__).parents[1] / "sample_logs" / "logs"


@dataclass(frozen=True)
class Line:
    """A line with its source, number and offset (uncompressed bytes). `record` is None if it is not a JSON object."""

    source: str
    number: int
    offset: int
    content: bytes
    record: dict[str, Any] | None

    @property
    def is_sound(self) -> bool:
        """Whether it is a valid log line: JSON with a time, and a status only with an id and as a number."""
        if self.record is None or not re.match(r"\d{4}-\d\d-\d\dT", self.at("timestamp") or ""):
            return False
        status = self.at("status")
        return status is None or (isinstance(status, int) and bool(self.at("request_id")))

    @property
    def is_request(self) -> bool:
        """Whether it is the log line of an HTTP request."""
        return self.is_sound and self.at("status") is not None

    def at(self, path: str) -> Any:
        """Return the value at a path like `a.b` of the record, None if there is none."""
        value: Any = self.record
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    @property
    def timestamp(self) -> datetime:
        """The line's time, UTC without a zone, as in the store."""
        return datetime.fromisoformat(self.at("timestamp")).astimezone(UTC).replace(tzinfo=None)

    @property
    def request_id(self) -> str:
        """The request's id."""
        return str(self.at("request_id"))


@cache
@permanent()
def all_lines() -> tuple[Line, ...]:
    """Return every line of the sample, in the order in which it is loaded."""
    files = sorted(path for path in LOGS.rglob("*") if path.is_file())
    return tuple(line for path in files for line in _lines(path))


@cache
def distinct_lines() -> tuple[Line, ...]:
    """Return every distinct line once, without blank lines."""
    seen = {line.content: line for line in reversed(all_lines()) if line.content.strip()}
    return tuple(reversed(seen.values()))


@cache
@permanent()
def requests() -> tuple["Request", ...]:
    """Return every request of the sample, with the fields that questions ask about."""
    return tuple(Request.of(line) for line in distinct_lines() if line.is_request)


@dataclass(frozen=True)
class Request:
    """A request, with the fields that questions filter and count by."""

    timestamp: datetime
    request_id: str
    environment: str | None
    route: str | None
    host: str | None
    release: str | None
    status: int
    error_code: str | None
    customer_id: str | None
    key_fingerprint: str | None
    client_ip: str | None
    duration_ms: float | None
    region: str | None = None
    user_agent: str | None = None

    @property
    def caller(self) -> str | None:
        """The caller: the customer, or if unknown the key's fingerprint or the client address."""
        return self.customer_id or self.key_fingerprint or self.client_ip

    @classmethod
    def of(cls, line: Line) -> "Request":
        """Make a request from a log line."""
        record = line.record or {}
        return cls(
            line.timestamp,
            record["request_id"],
            record.get("environment"),
            record.get("route"),
            record.get("host"),
            record.get("release"),
            record["status"],
            line.at("error.code"),
            record.get("customer_id"),
            line.at("api_key.fingerprint"),
            line.at("client.ip"),
            record.get("duration_ms"),
            record.get("region"),
            line.at("client.user_agent"),
        )


def _lines(path: Path) -> Iterator[Line]:
    offset, source = 0, str(path.resolve())
    for number, content in enumerate(_decompressed(path).split(b"\n")[:-1], start=1):
        yield Line(source, number, offset, content, _record(content))
        offset += len(content) + 1


def _decompressed(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    return data


def _record(content: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(content)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
