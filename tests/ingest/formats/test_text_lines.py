"""Lines of text are read as objects: by the named groups of an expression, and as name=value pairs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import UsageError
from pixeldesk.ingest.formats.log_format import LogFormat, log_format
from pixeldesk.ingest.formats.text_lines import parsed_text, text_object_sql
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from tests.ingest.formats.log_makers import pino_line

PREFIXED = r"^(?P<time>\S+) (?P<stream>stdout|stderr) (?P<log>.*)$"
ACCESS = r'^(?P<ip>\S+) \[(?P<time>[^\]]+)\] "(?P<request>[^"]*)" (?P<status>\d{3})(?: (?P<id>\S+))?$'
FORMAT = """
name = "shop-text"
title = "The shop's text"
text_patterns = ['''{pattern}''']
[fields]
timestamp = "time"
status = "status"
request_id = "id"
path = {{ path = "request", pattern = '^[A-Z]+ ([^ ]+)' }}
client_ip = "ip"
message = "log"
"""


def of_text(**values: Any) -> LogFormat:
    return LogFormat.model_validate({"name": "t", "title": "t", "fields": {"message": "log"}, **values})


def in_sql(store: Store, log_format: LogFormat, text: str) -> Any:
    sql = f"SELECT {text_object_sql('given', log_format)} AS found FROM (SELECT $given AS given)"
    (row,) = store.rows(sql, {"given": text})
    found = row["found"] and json.loads(row["found"])
    return {name: value for name, value in found.items() if value or log_format.text_pairs} if found else None


PAIRS = of_text(text_pairs=True, recognised_by=[["msg"]])
PATTERNS = of_text(text_patterns=[PREFIXED, ACCESS])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(Settings(db=tmp_path_factory.mktemp("text") / "pixeldesk.store.duckdb"))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("log_format", "text", "expected"),
    [
        (PATTERNS, '2026 stdout {"a":"b"}', {"time": "2026", "stream": "stdout", "log": '{"a":"b"}'}),
        (PATTERNS, '::1 [now] "GET /x" 200', {"ip": "::1", "time": "now", "request": "GET /x", "status": "200"}),
        (PATTERNS, '{"a": 1} stdout x', None),
        (PATTERNS, "nothing that matches", None),
        (PAIRS, 'level=info msg="a \\"b\\" c" x= y=1 y=2', {"level": "info", "msg": 'a "b" c', "x": "", "y": "2"}),
        (PAIRS, "no pairs at all", None),
    ],
)
def test_a_text_is_read_as_an_object(store: Store, log_format: LogFormat, text: str, expected: Any) -> None:
    assert parsed_text(text, log_format) == expected
    assert in_sql(store, log_format, text) == expected


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet='abz=" \\{}[]/é\t:2', max_size=40))
def test_python_and_sql_read_a_text_alike(store: Store, text: str) -> None:
    for each in (PATTERNS, PAIRS):
        assert in_sql(store, each, text) == parsed_text(text, each)


def own_desk(tmp_path: Path, text: str) -> Desk:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "shop-text.toml").write_text(text)
    own = Settings(db=tmp_path / "pixeldesk.store.duckdb", formats=tmp_path / "own")
    return Desk(own, open_store(own))


def test_a_format_of_text_fills_columns(tmp_path: Path) -> None:
    desk = own_desk(tmp_path, FORMAT.format(pattern=ACCESS))
    lines = [
        '203.0.113.9 [2026-11-20T10:00:00Z] "GET /v1/pixels?a=1" 503 r-1',
        '203.0.113.9 [2026-11-20T10:00:01Z] "POST /v1/pixels" 200',
        '203.0.113.9 [2026-11-20T10:00:01Z] "POST /v1/pixels" 999',
        "words that no format knows",
    ]
    (tmp_path / "a.log").write_text("\n".join(lines) + "\n")
    report = desk.ingest([str(tmp_path / "a.log")])
    assert (report.formats, report.requests, report.quarantined) == ({"shop-text": 1}, 2, 2)
    rows = desk.store.rows("SELECT request_id, path, status, client_ip, raw FROM requests ORDER BY timestamp")
    assert [(row["path"], row["status"]) for row in rows] == [("/v1/pixels?a=1", 503), ("/v1/pixels", 200)]
    assert rows[0] == rows[0] | {"request_id": "r-1", "client_ip": "203.0.113.9", "raw": lines[0]}
    reasons = {row["excerpt"][-3:]: row["reason"] for row in desk.quarantine(9)}
    assert "999" in reasons["999"]


def test_text_before_json_is_an_envelope(tmp_path: Path) -> None:
    envelope = FORMAT.format(pattern=PREFIXED).replace("[fields]", 'content = ["log"]\n[fields]')
    desk = own_desk(tmp_path, envelope)
    inner = [json.dumps(pino_line(n)) for n in range(3)]
    lines = [f"2026-11-20T10:00:00Z stdout {text}" for text in (*inner, "listening on 8080")]
    (tmp_path / "a.log").write_text("\n".join([*lines, inner[0].replace("GET", "PUT")]) + "\n")
    report = desk.ingest([str(tmp_path / "a.log")])
    assert (report.formats, report.requests, report.events) == ({"shop-text/pino": 1}, 4, 1)
    assert desk.store.rows("SELECT message FROM events") == [{"message": "listening on 8080"}]


def test_text_that_no_format_reads_is_refused_as_a_whole(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"the {n}th line of a poem\n" for n in range(20)))
    report = desk.ingest([str(path)])
    assert report.lines == 0
    (sentence,) = report.not_understood
    assert sentence.startswith(f"{path}: its lines are text that no log format reads")


@pytest.mark.parametrize("pattern", ["^no group$", "^(unnamed)$", "(?P<a>x)", "^(?P<a>x)(?=y)$", "^(?P<a>x"])
def test_a_pattern_is_checked(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "a.toml").write_text(FORMAT.format(pattern=pattern))
    with pytest.raises(UsageError) as raised:
        log_format("shop-text", tmp_path / "a.toml")
    assert "\n" not in str(raised.value)


def test_a_rule_applies_only_beside_another_value(tmp_path: Path) -> None:
    text = FORMAT.format(pattern=ACCESS).replace('status = "status"', 'status = { path = "status", beside = ["id"] }')
    desk = own_desk(tmp_path, text)
    lines = [f'203.0.113.9 [2026-11-20T10:00:0{n}Z] "GET /" 200{rest}' for n, rest in enumerate((" r-1", ""))]
    (tmp_path / "a.log").write_text("\n".join(lines) + "\n")
    report = desk.ingest([str(tmp_path / "a.log")])
    assert (report.requests, report.events) == (1, 1)
