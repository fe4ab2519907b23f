"""Hostile lines: which are stored, which are refused, and for what reason."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.formats.log_format import log_format
from pixeldesk.ingest.parsing.refusal import why_refused
from pixeldesk.ingest.parsing.timestamp_sql import timestamp_sql
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.log_lines import Line, event_line, request_line, write_lines

_engine = duckdb.connect()
GOOD = json.dumps(request_line())


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in request_line().items() if key != name}


REQUESTS: dict[str, Line] = {
    "CR before the line end": GOOD + "\r",
    "blanks around": f"  {GOOD}\t ",
    "status as text": request_line(status="503"),
    "status as a whole float": request_line(status=503.0),
    "unknown fields": request_line(**{f"field{n}": n for n in range(199)}),
    "a megabyte of text": request_line(message="x" * 1_000_000),
    "a megabyte of a name": request_line(**{"n" * 1_000_000: 1}),
    "NUL in a text": request_line(message="a\0b"),
    "ANSI escapes and line ends in a text": request_line(message="\x1b[31mred\r\nnext"),
    "U+2028, U+0085 and vertical tab": request_line(message="a\u2028b\u0085c\x0bd"),
    "duplicate names: the first counts": GOOD[:-1] + ',"status":500}',
    "NaN in an unknown field": GOOD[:-1] + ',"load":NaN}',
    "a number beyond 64 bits in an unknown field": GOOD[:-1] + ',"n":' + "9" * 40 + "}",
    "deep nesting in an unknown field": GOOD[:-1] + ',"deep":' + "[" * 100_000 + "]" * 100_000 + "}",
    "a hundred thousand names": GOOD[:-1] + "," + ",".join(f'"n{n}":0' for n in range(100_000)) + "}",
    "the id in meta only": {**without("request_id"), "meta": {"request_id": "req_meta1"}},
    "an empty id and one in meta": request_line(request_id="", meta={"request_id": "req_meta2"}),
    "an id of 200 characters": request_line(request_id="r" * 200),
    "a number as id": request_line(request_id=42),
    "nulls": request_line(api_key=None, client=None, response=None, upstream=None, error=None),
    "scopes null": request_line(api_key={"id": "key_1", "scopes": None}),
    "an empty object": request_line(api_key={}, client={}),
    "the year 1970": request_line(timestamp=5),
    "the year 2999": request_line(timestamp="2999-01-01T00:00:00Z"),
    "half a surrogate pair": GOOD.replace("info", "\\ud800"),
    "the other half": GOOD.replace("info", "a\\udc00b"),
    "an escape of nginx": GOOD.replace("info", "\\x22\\xC3\\xA9"),
    "colours around": f"\x1b[32m{json.dumps(request_line(message='green'))}\x1b[0m",
    "colours in a text": GOOD.replace("info", "\x1b[1;31minfo\x1b[0m!"),
    "NULs before": b"\0" * 5000 + json.dumps(request_line(message="truncated")).encode(),
    "a NUL behind": json.dumps(request_line(message="allocated")) + "\0",
    "a byte order mark": "\ufeff" + json.dumps(request_line(message="joined")),
    "NULs, and a byte order mark": "\0\0\ufeff" + json.dumps(request_line(message="both")),
    "a comma behind": json.dumps(request_line(message="of a list")) + ",",
    "a record separator before": "\x1e" + json.dumps(request_line(message="RFC 7464")),
    "a leap second": request_line(timestamp="2016-12-31T23:59:60Z"),
}
EVENTS: dict[str, Line] = {
    "no id": {**event_line(), "request_id": None},
    "a text as error": event_line(error="ECONNRESET"),
    "status null": event_line(status=None),
    "an object as message": event_line(message={"a": 1}),
}
UNMAPPED: dict[str, Line] = {
    "another program's line": {"name": "disk", "free": 3},
    "an empty object": "{}",
    "a status page": {"service": "api", "status": "operational"},
}
REFUSED: dict[str, tuple[Line, str]] = {
    "text": ("[info] listening on :3000", "not JSON: text"),
    "cut off": (GOOD[:80], "not JSON: cut off"),
    "something behind": (GOOD + "TRAILER", "not JSON: other text behind the object"),
    "two objects": (GOOD + GOOD, "not JSON: two objects in one line"),
    "a list": ("[1, 2]", "a list"),
    "a number": ("17", "a number"),
    "a text in quotes": ('"req_1"', "a text"),
    "null": ("null", "null"),
    "a raw NUL": (GOOD.replace("info", "in\0fo"), "a control character inside a text, at character 58"),
    "a raw tab in a text": (GOOD.replace("info", "in\tfo"), "a control character inside a text"),
    "an escape that is none": (GOOD.replace("info", "\\x2 C:\\new"), "the backslash at character 56 begins no escape"),
    "invalid UTF-8": (b'{"timestamp":"\xff"}', "not UTF-8 text (byte 0xff at 14)"),
    "Latin-1": (GOOD.replace("info", "é").encode("latin-1"), "not UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), "not UTF-8"),
    "five megabytes": ("x" * 5_000_000, "longer than 4,194,304 bytes"),
    "no time": (without("timestamp"), "timestamp is missing"),
    "no zone": (request_line(timestamp="2026-11-16T09:12:44"), "has no offset from UTC"),
    "30 February": (request_line(timestamp="2026-02-30T00:00:00Z"), "timestamp is"),
    "the year 0": (request_line(timestamp="0000-01-01T00:00:00Z"), "timestamp is"),
    "an epoch before the year 1": (request_line(timestamp=-99999999999), "outside the years 1 to 9999"),
    "a date": (request_line(timestamp="2026-11-16"), "neither RFC 3339"),
    "true as time": (request_line(timestamp=True), "timestamp is true"),
    "no id on a request": (without("request_id"), "request_id is missing"),
    "an id too long": (request_line(request_id="r" * 201), "201 characters long"),
    "an event's id too long": (event_line(request_id="r" * 201), "201 characters long"),
    "status true": (request_line(status=True), "status is true"),
    "status 1.7": (request_line(status=1.7), "status is 1.7"),
    "status 99": (request_line(status=99), "must be a whole number from 100 to 599"),
    "status 600": (request_line(status=600), "must be a whole number from 100 to 599"),
    "status fine": (request_line(status="fine"), 'status is "fine"'),
    "status 2^63": (request_line(status=2**63), "status is"),
    "duration NaN": (GOOD.replace("12.5", "NaN"), "duration_ms"),
    "duration 1e999": (GOOD.replace("12.5", "1e999"), "duration_ms"),
    "duration as words": (request_line(duration_ms="fast"), "duration_ms"),
    "a text as error": (request_line(error="boom"), "error is a text, not an object"),
    "a list as client": (request_line(client=["::1"]), "client is a list, not an object"),
    "a text as scopes": (request_line(api_key={"id": "k", "scopes": "read"}), "scopes"),
    "revoked some day": (request_line(api_key={"id": "k", "revoked_at": "soon"}), "api_key.revoked_at"),
    "negative rows": (request_line(response={"rows": -1}), "response.rows"),
}


NAMED = {
    **{f"request: {name}": line for name, line in REQUESTS.items()},
    **{f"event: {name}": line for name, line in EVENTS.items()},
    **{f"unmapped: {name}": line for name, line in UNMAPPED.items()},
    **{f"refused: {name}": line for name, (line, _) in REFUSED.items()},
}
Outcomes = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """Return the outcome of each line, and the reason: all in one file, with good lines in between."""
    folder = tmp_path_factory.mktemp("hostile")
    lines = [each for n, line in enumerate(NAMED.values()) for each in (line, request_line(request_id=f"req_good{n}"))]
    settings = Settings(db=folder / "x.duckdb")
    desk = Desk(settings, open_store(settings))
    desk.ingest([str(write_lines(folder / "a.log", lines))])
    good = desk.store.rows("SELECT count(*) AS n FROM requests WHERE starts_with(request_id, 'req_good')")
    assert good == [{"n": len(NAMED)}]
    found = {
        row["line_number"]: (table, row["reason"])
        for table, reason in (("requests", "''"), ("events", "''"), ("unmapped", "''"), ("quarantine", "reason"))
        for row in desk.store.rows(f"SELECT line_number, {reason} AS reason FROM {table}")
    }
    desk.store.close()
    return {name: found[index * 2 + 1] for index, name in enumerate(NAMED)}


@pytest.mark.parametrize("name", REQUESTS)
def test_stored_as_a_request(outcomes: Outcomes, name: str) -> None:
    assert outcomes[f"request: {name}"] == ("requests", "")


@pytest.mark.parametrize("name", EVENTS)
def test_stored_as_an_event(outcomes: Outcomes, name: str) -> None:
    assert outcomes[f"event: {name}"] == ("events", "")


@pytest.mark.parametrize("name", UNMAPPED)
def test_unmapped(outcomes: Outcomes, name: str) -> None:
    assert outcomes[f"unmapped: {name}"] == ("unmapped", "")


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_reason(outcomes: Outcomes, name: str) -> None:
    table, reason = outcomes[f"refused: {name}"]
    assert table == "quarantine"
    assert REFUSED[name][1] in reason
    assert "\n" not in reason


def test_a_byte_order_mark_is_removed(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.log", [b"\xef\xbb\xbf" + GOOD.encode()]))])
    assert desk.store.rows("SELECT raw FROM requests") == [{"raw": GOOD}]


def test_quarantine_has_the_position_of_a_line(desk: Desk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.log", ["é", request_line(), b"\xff", "bad"])
    desk.ingest([str(path)])
    rows = desk.quarantine(10)
    content = path.read_bytes()
    assert [row["line"] for row in rows] == [1, 3, 4]
    assert [content[row["offset"] : row["offset"] + 2] for row in rows] == [b"\xc3\xa9", b"\xff\n", b"ba"]
    assert {row["source"] for row in rows} == {str(path.resolve())}


def test_the_raw_record_is_stored_verbatim(desk: Desk, tmp_path: Path) -> None:
    line = '{"timestamp" : 1763284364.5,"request_id":"req_1", "status":200,"x":{"b":[1, 2.50],"a":"\\u00e9"} }'
    desk.ingest([str(write_lines(tmp_path / "a.log", [line]))])
    assert desk.store.rows("SELECT raw FROM requests") == [{"raw": line}]


@given(
    moment=st.datetimes(datetime(1973, 3, 4), datetime(2261, 1, 1)),
    minutes=st.integers(-14 * 60, 14 * 60),
    unit=st.sampled_from(["rfc", "Z", "s", "ms", "us", "ns"]),
)
@hypothesis_settings(max_examples=150, deadline=None)
def test_times_are_parsed_as_python_parses_them(moment: datetime, minutes: int, unit: str) -> None:
    aware = moment.replace(tzinfo=UTC)
    microseconds = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    offset = timedelta(minutes=minutes)
    sign = "-" if minutes < 0 else "+"
    local = f"{(moment + offset).isoformat()}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    written, expected = {
        "rfc": (local, moment),
        "Z": (moment.isoformat().replace("T", "t") + "z", moment),
        "s": (f"{microseconds / 10**6:.6f}", moment),
        "ms": (str(microseconds // 1000), moment - timedelta(microseconds=moment.microsecond % 1000)),
        "us": (str(microseconds), moment),
        "ns": (f"{microseconds}789", moment),
    }[unit]
    if unit == "s":
        written = f"{microseconds // 10**6}.{microseconds % 10**6:06}"
    sql = f"SELECT {timestamp_sql('t', str(datetime.max))} FROM (SELECT $1 AS t)"
    with _engine.cursor() as cursor:
        cursor.execute("SET TimeZone = 'UTC'")
        assert cursor.execute(sql, [written]).fetchall() == [(expected,)]


@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_every_refused_line_gets_a_reason(text: str) -> None:
    reason = why_refused(text, log_format("pixel"))
    assert reason.text and reason.kind
    assert len(reason.text) < 300
