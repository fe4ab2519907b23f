"""A line is known by marks: one of several names, a value of a certain form, the names that it must not have."""

import json
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.log_makers import pino_line
from tests.log_lines import Line, moment, write_lines

FORMAT = r"""
name = "shop-marks"
title = "The shop's own"
generic = true
recognised_by = [["at", ["code", "state"], { path = "kind", pattern = '^(shop-.*)$' }]]
recognised_inside = [["code", "kind"]]
unlike = ["shelf"]
[fields]
timestamp = "at"
request_id = "id"
status = ["code", "state"]
duration_ms = [{ path = "took", unit = "s", beside = [{ path = "kind", pattern = '(slow)$' }] }, "took"]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Desk:
    (tmp_path / "shop.toml").write_text(FORMAT)
    settings = Settings(db=tmp_path / "pixeldesk.store.duckdb", formats=tmp_path / "shop.toml")
    return Desk(settings, open_store(settings))


def line(**fields: Any) -> dict[str, Any]:
    return {"at": moment(), "code": 200, "kind": "shop-fast", "id": "r-1", "took": 12, **fields}


@pytest.mark.parametrize(
    ("changed", "is_known"),
    [
        ({}, True),
        ({"code": None, "state": 404}, True),
        ({"code": None}, False),
        ({"kind": "other"}, False),
        ({"kind": ""}, False),
        ({"shelf": 3}, False),
        ({"at": None}, False),
    ],
)
def test_a_line_is_known_by_marks(shop: Desk, tmp_path: Path, changed: dict[str, Any], is_known: bool) -> None:
    # The first line tells the format of the source, so that SQL and Python decide about the second.
    lines: list[Line] = [line(id="r-0"), line(**changed)]
    report = shop.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert (report.requests, report.unmapped) == ((2, 0) if is_known else (1, 1))
    alone = shop.ingest([str(write_lines(tmp_path / "b.log", [line(**changed, id="r-2")]))])
    assert alone.formats == {"shop-marks" if is_known else "unrecognised": 1}


def test_inside_an_envelope_the_time_is_the_envelopes(shop: Desk, tmp_path: Path) -> None:
    inside = json.dumps(line(at=None)) + "\n"
    wrapped: Line = {"log": inside, "stream": "stdout", "time": moment(5)}
    report = shop.ingest([str(write_lines(tmp_path / "a.log", [wrapped]))])
    assert (report.formats, report.requests) == ({"docker/shop-marks": 1}, 1)
    (row,) = shop.store.rows("SELECT timestamp FROM requests")
    assert str(row["timestamp"]) == "2026-11-16 12:00:05"


@pytest.mark.parametrize(
    ("took", "kind", "milliseconds"),
    [
        (12, "shop-fast", 12),
        (12, "shop-slow", 12_000),
        ("12ms", "shop-slow", 12),
        ("1.5 s", "shop-fast", 1500),
        ("42.5µs", "shop-fast", 0.0425),
        ("900ns", "shop-fast", 0.0009),
        ("2 seconds", "shop-fast", 2000),
    ],
)
def test_the_unit_of_a_number_is_the_rules_or_its_own(
    shop: Desk, tmp_path: Path, took: Any, kind: str, milliseconds: float
) -> None:
    shop.ingest([str(write_lines(tmp_path / "a.log", [line(took=took, kind=kind)]))])
    assert shop.store.rows("SELECT duration_ms FROM requests") == [{"duration_ms": milliseconds}]


def test_a_number_with_another_unit_is_refused(shop: Desk, tmp_path: Path) -> None:
    report = shop.ingest([str(write_lines(tmp_path / "a.log", [line(took="12 apples")]))])
    assert report.quarantined == 1
    assert "12 apples" in shop.quarantine(1)[0]["reason"]


def test_a_list_of_bytes_is_a_text(desk: Desk, tmp_path: Path) -> None:
    inner = json.dumps(pino_line())
    entry = {"__REALTIME_TIMESTAMP": "1792049446000000", "_HOSTNAME": "web-1", "PRIORITY": "6"}
    texts: list[list[int] | str] = [list(inner.encode()), list("\x1b[31mdown €".encode()), [255, 254], "plain"]
    lines: list[Line] = [{**entry, "MESSAGE": text} for text in texts]
    report = desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert (report.formats, report.requests, report.events) == ({"journald/pino": 1}, 1, 3)
    messages = [row["message"] for row in desk.store.rows("SELECT message FROM events ORDER BY line_number")]
    assert messages == ["\x1b[31mdown €", "[255,254]", "plain"]


def test_elements_may_be_pairs_and_lie_deeper(desk: Desk, tmp_path: Path) -> None:
    row = [{"field": "@timestamp", "value": "2026-10-15 07:30:45.318"}, {"field": "@message", "value": "npm start"}]
    hit = {"_index": "logs", "_id": "1", "_source": pino_line()}
    (tmp_path / "insights.json").write_text(json.dumps({"results": [row, row[:1]], "status": "Complete"}, indent=1))
    (tmp_path / "hits.json").write_text(json.dumps({"took": 5, "hits": {"total": 1, "hits": [hit]}}))
    report = desk.ingest([str(tmp_path / "insights.json"), str(tmp_path / "hits.json")])
    assert report.formats == {"documents/cloudwatch-insights": 1, "elasticsearch/pino": 1}
    assert (report.events, report.unmapped, report.requests) == (1, 1, 1)
