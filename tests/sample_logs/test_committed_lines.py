"""The committed lines match the log format, except for the damage that truth.json declares."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from sample_logs.simulator.dirt import FAKE_KEY
from sample_logs.simulator.labels import CODE_OF_CASE

Record = dict[str, Any]
Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
_STRICT = ConfigDict(extra="forbid", strict=True)


class Key(BaseModel):
    model_config = _STRICT
    id: str | None
    fingerprint: Fingerprint | None = None
    prefix: Annotated[str, Field(max_length=12)]
    length: int | None = None
    scopes: list[str] | None = None
    revoked_at: Annotated[AwareDatetime | None, Field(strict=False)] = None
    expires_at: Annotated[AwareDatetime | None, Field(strict=False)] = None


class Caller(BaseModel):
    model_config = _STRICT
    ip: str
    user_agent: str


class Response(BaseModel):
    model_config = _STRICT
    rows: int | None = None
    retry_after_s: float | None = None


class Upstream(BaseModel):
    model_config = _STRICT
    service: Literal["tinybird"]
    status: Annotated[int, Field(ge=100, le=599)]
    message: str | None = None
    jwt_fingerprint: Fingerprint | None = None
    jwt_issued_at: Annotated[AwareDatetime | None, Field(strict=False)] = None


class Error(BaseModel):
    model_config = _STRICT
    code: str
    message: str
    details: dict[str, Any]


class Meta(BaseModel):
    model_config = _STRICT
    request_id: str


class EventLine(BaseModel):
    model_config = _STRICT
    timestamp: Annotated[AwareDatetime, Field(strict=False)]
    level: Literal["trace", "debug", "info", "warn", "error", "fatal"]
    message: str
    request_id: str | None = None
    environment: Literal["production", "preview", "development"]
    host: str
    region: str
    release: str
    upstream: Upstream | None = None


class RequestLine(EventLine):
    message: str | None = None  # type: ignore[assignment]
    request_id: Annotated[str, Field(pattern=r"^req_[0-9A-Za-z]{10,16}$")]
    method: Literal["GET", "POST"]
    route: str
    path: str
    status: Annotated[int, Field(ge=100, le=599)]
    duration_ms: Annotated[float, Field(gt=0)]
    customer_id: str | None
    website_id: str | None
    api_key: Key | None = None
    client: Caller
    response: Response | None = None
    error: Error | None = None
    meta: Meta | None = None

    @model_validator(mode="after")
    def _error_matches_status(self) -> RequestLine:
        if (self.status >= 400) != (self.error is not None):
            raise ValueError("an error has an envelope and nothing else has")
        if self.meta and self.meta.request_id != self.request_id:
            raise ValueError("the envelope carries the same id")
        return self


def _is_sound(line: bytes) -> str | None:
    """Return ``request`` or ``event`` for a line that matches the log format, otherwise None."""
    try:
        record = json.loads(line)
        kind = RequestLine if "status" in record else EventLine
        kind.model_validate(record)
    except (ValueError, ValidationError):
        return None
    return "request" if kind is RequestLine else "event"


def test_counts_and_damage_are_as_declared(files: dict[str, list[bytes]], truth: Record) -> None:
    lines = [line for found in files.values() for line in found]
    distinct = set(lines) - {b""}
    kinds = Counter(_is_sound(line) for line in distinct)
    damage, counts = truth["damage"], truth["counts"]
    assert len(lines) == counts["lines"]
    assert sum(line == b"" for line in lines) == damage["blank"] == 3
    assert len(lines) - damage["blank"] - len(distinct) == damage["duplicates"] == 4
    assert kinds == {"request": counts["requests"], "event": counts["events"], None: damage["malformed"]}
    assert damage["malformed"] == 6


def test_only_the_declared_line_has_a_raw_key(files: dict[str, list[bytes]], truth: Record) -> None:
    looks_like_a_key = re.compile(rb"ak_(live_|test_)?[0-9A-Za-z]{30,}")
    found = [line for lines in files.values() for line in lines if looks_like_a_key.search(line)]
    assert len(found) == truth["damage"]["raw_key_lines"] == 1
    assert FAKE_KEY.encode() in found[0]


def test_every_file_is_of_one_host_and_in_time_order(files: dict[str, list[bytes]], truth: Record) -> None:
    for name, lines in files.items():
        if name in truth["damage"]["files"]:
            continue
        records = [json.loads(line) for line in lines]
        times = [datetime.fromisoformat(record["timestamp"]) for record in records]
        assert {record["host"] for record in records} == {name.split("/")[0]}
        assert times == sorted(times), name


def test_request_ids_are_unique_but_for_the_declared_one(requests: list[Record], truth: Record) -> None:
    seen = Counter(record["request_id"] for record in requests)
    assert [request_id for request_id, times in seen.items() if times > 1] == truth["reused_request_ids"]


def test_counts_by_code_and_environment(requests: list[Record], truth: Record) -> None:
    codes = Counter(record["error"]["code"] for record in requests if "error" in record)
    assert codes == truth["counts"]["by_code"]
    assert len(codes) == 14
    assert Counter(record["environment"] for record in requests) == truth["counts"]["by_environment"]


def test_about_a_tenth_of_the_lines_are_events_that_share_a_request(
    readable: list[tuple[bytes, Record]], requests: list[Record]
) -> None:
    ids = {record["request_id"] for record in requests}
    events = [record for _, record in readable if "status" not in record]
    joined = [record for record in events if record.get("request_id") in ids]
    assert 0.05 < len(events) / len(readable) < 0.12
    assert 0 < len(events) - len(joined) < 200


def test_some_servers_leave_fields_out(requests: list[Record]) -> None:
    with_key = [record for record in requests if record.get("api_key", {}).get("id")]
    for field in ("scopes", "length", "fingerprint"):
        missing = sum(field not in record["api_key"] for record in with_key)
        assert 0 < missing < len(with_key) / 3, field


def test_every_case_occurs_in_both_states(truth: Record) -> None:
    states = {(label["case"], label["status"]) for label in truth["labels"]}
    expected = {(case, state) for case in CODE_OF_CASE for state in ("active", "recovered")}
    assert states == expected - {("scanner", "recovered")} | {("scanner", None)}
    assert all(label["failing_requests"] >= 8 for label in truth["labels"])
