"""In arrays, pretty-printed documents and lists inside documents every element is one line, stored once."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.report import Ingested
from pixeldesk.ingest.sources.documents import Unfolder
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.log_makers import epoch_ms, vercel_line
from tests.log_lines import moment, request_line, request_lines

OUTCOMES = ("requests", "events", "quarantined", "duplicates", "blank", "unmapped")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a"\\{}[],: \n\u00e9', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a"\\}', max_size=3), inner, max_size=3),
    max_leaves=8,
)


def outcomes(report: Ingested) -> dict[str, int]:
    """Return the outcomes that occurred, after asserting that all lines are accounted for."""
    assert report.lines == sum(report.lines_by_outcome().values())
    return {name: lines for name, lines in report.lines_by_outcome().items() if lines}


def ingest(desk: Desk, path: Path, text: str | bytes, format_name: str = "auto") -> Ingested:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return desk.ingest([str(path)], format_name)


def unfolded(text: str, block: int) -> bytes:
    octets = text.encode()
    unfolder = Unfolder()
    pieces = (np.frombuffer(octets[at : at + block], np.uint8) for at in range(0, len(octets), block))
    return b"".join(map(unfolder.unfolded, pieces))


@given(st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), max_size=5), st.sampled_from("apltj"))
@hypothesis_settings(max_examples=60, deadline=None)
def test_elements_are_unchanged_wherever_a_block_ends(elements: list[Any], layout: str) -> None:
    text = {
        "a": lambda: json.dumps(elements),
        "p": lambda: json.dumps(elements, indent=2),
        "l": lambda: "".join(json.dumps(element) + "\n" for element in elements),
        "t": lambda: "".join(map(json.dumps, elements)),
        "j": lambda: "\n".join(json.dumps(element, indent=1, ensure_ascii=False) for element in elements),
    }[layout]()
    results = {unfolded(text, block) for block in (1, 3, 1 << 18)}
    (result,) = results
    assert [json.loads(line) for line in result.split(b"\n") if line] == elements
    if layout != "t":
        assert len(result) == len(text.encode())


LAYOUTS = {
    "array": lambda lines: json.dumps(lines),
    "pretty": lambda lines: json.dumps(lines, indent=2),
    "a line an element": lambda lines: "[\n" + ",\n".join(map(json.dumps, lines)) + "\n]\n",
    "pretty lines": lambda lines: "\n".join(json.dumps(line, indent=4) for line in lines),
    "touching": lambda lines: "".join(map(json.dumps, lines)),
    "trailing commas": lambda lines: "".join(json.dumps(line) + ",\n" for line in lines),
    "two arrays": lambda lines: json.dumps(lines[:2]) + "\n" + json.dumps(lines[2:]) + "\n",
    "with a byte order mark": lambda lines: "\ufeff" + json.dumps(lines),
    "with CRLF": lambda lines: json.dumps(lines, indent=2).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_store(desk: Desk, tmp_path: Path, layout: str) -> None:
    lines = request_lines(5)
    report = ingest(desk, tmp_path / "a.json", LAYOUTS[layout](lines))
    assert outcomes(report) == {"requests": 5}
    rows = desk.store.rows("SELECT line_number, request_id, raw FROM requests ORDER BY line_number")
    assert [(row["line_number"], row["request_id"]) for row in rows] == [
        (n, line["request_id"]) for n, line in enumerate(lines, 1)
    ]
    assert [json.loads(row["raw"]) for row in rows] == lines
    assert outcomes(desk.ingest([str(tmp_path / "a.json")])) == {}


def test_an_array_of_the_lines_of_a_file_adds_nothing_to_it(desk: Desk, tmp_path: Path) -> None:
    lines = request_lines(20)
    ingest(desk, tmp_path / "a.log", "".join(json.dumps(line) + "\n" for line in lines))
    report = ingest(desk, tmp_path / "b.json", "[\n  " + ",\n  ".join(map(json.dumps, lines)) + "\n]")
    assert outcomes(report) == {"duplicates": 20}


def test_a_document_that_is_no_line_is_counted_and_reported(desk: Desk, tmp_path: Path) -> None:
    good = json.dumps(request_line())
    text = f'[{good}, 17, "a text, [with] {{brackets}}", null, {{"a": 1}}, {{"timestamp": "soon", "route": 1}}, [1]]'
    report = ingest(desk, tmp_path / "a.json", text)
    assert outcomes(report) == {"requests": 1, "quarantined": 5, "unmapped": 1}
    rows = desk.quarantine(10)
    assert [row["line"] for row in rows] == [2, 3, 4, 6, 7]
    assert [text.encode()[row["offset"] :].startswith(row["excerpt"].encode()) for row in rows] == [True] * 5
    assert [row["reason"] for row in rows[:3]] == [
        f"not a JSON object but {kind}" for kind in ("a number", "a text", "null")
    ]


@pytest.mark.parametrize("cut", [1, 40, 700])
def test_a_truncated_array_yields_what_came_before(desk: Desk, tmp_path: Path, cut: int) -> None:
    lines = request_lines(8)
    text = json.dumps(lines)
    path = tmp_path / "logs" / "a.json"
    found = outcomes(ingest(desk, path, text[:-cut]))
    assert found.get("requests", 0) >= 5
    assert sum(found.values()) <= 8
    ingest(desk, path, text)
    assert desk.store.rows("SELECT count(DISTINCT request_id) AS n, count(*) AS rows FROM requests") == [
        {"n": 8, "rows": 8}
    ]
    assert desk.store.rows("SELECT count(*) AS n FROM quarantine") == [{"n": 0}]


def test_a_large_array_goes_through_small_buffers(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb", chunk_bytes=16384, max_line_bytes=4096, batch_bytes=65536)
    desk = Desk(settings, open_store(settings))
    lines = [{**line, "message": "y" * random.Random(n).randrange(3000)} for n, line in enumerate(request_lines(90))]
    lines[7]["message"] = "z" * 9000
    report = ingest(desk, tmp_path / "logs" / "a.json.gz", gzip.compress(json.dumps(lines, indent=1).encode()))
    assert outcomes(report) == {"requests": 89, "quarantined": 1}
    assert "longer than 4,096 bytes" in desk.quarantine(1)[0]["reason"]
    desk.store.close()


def trail(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.11", "eventTime": moment(number).split(".")[0] + "Z", "eventSource": "kms.amazonaws.com",
        "eventName": "Decrypt", "eventID": f"{number:036}", "requestID": f"id-{number:033}", **fields,
    }  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
def test_records_of_a_document(desk: Desk, tmp_path: Path, indent: int | None) -> None:
    records = [trail(n) for n in range(300)]
    report = ingest(desk, tmp_path / "a.json", json.dumps({"Records": records}, indent=indent))
    assert outcomes(report) == {"events": 300}
    rows = desk.store.rows("SELECT line_number, request_id, raw FROM events ORDER BY line_number")
    assert [row["request_id"] for row in rows] == [record["requestID"] for record in records]
    assert json.loads(rows[3]["raw"]) == records[3]


def test_documents_one_a_line_and_documents_without_records(desk: Desk, tmp_path: Path) -> None:
    lists = [[trail(0), trail(1)], [], [trail(2), 17], [trail(0)]]
    documents = [*({"Records": records} for records in lists), {"digest": 1}]
    text = "".join(json.dumps(document) + "\n" for document in documents) + "\nnot json\n"
    path = tmp_path / "logs" / "a.json"
    report = ingest(desk, path, text)
    assert outcomes(report) == {"events": 3, "unmapped": 2, "quarantined": 2, "duplicates": 1, "blank": 1}
    with path.open("a") as file:
        file.write(json.dumps({"Records": [trail(9)]}) + "\n")
    assert outcomes(desk.ingest([str(path)])) == {"events": 1}
    (last,) = desk.store.rows("SELECT max(line_number) AS n FROM events")
    assert last["n"] == report.lines + 1
    assert desk.store.rows("SELECT count(*) AS n FROM (SELECT DISTINCT source_id, line_number FROM events)") == [
        {"n": 4}
    ]


def test_an_element_or_a_document_that_is_too_long(tmp_path: Path) -> None:
    settings = Settings(
        db=tmp_path / "x.duckdb", chunk_bytes=16384, max_line_bytes=2048, max_document_bytes=32768, batch_bytes=65536
    )
    desk = Desk(settings, open_store(settings))
    long = trail(1, requestParameters={"token": "hunter2canary", "x": "y" * 4000})
    text = json.dumps({"Records": [trail(0), long, trail(2)]}) + "\n" + json.dumps({"Records": [trail(3)] * 200}) + "\n"
    report = ingest(desk, tmp_path / "logs" / "a.json", text, "cloudtrail")
    assert outcomes(report) == {"events": 2, "quarantined": 2}
    rows = desk.quarantine(5)
    assert ["element longer than 2,048" in row["reason"] for row in rows] == [True, False]
    assert "longer than 32,768 bytes (PIXELDESK_MAX_DOCUMENT_BYTES)" in rows[1]["reason"]
    assert "hunter2canary" not in rows[0]["excerpt"]
    desk.store.close()


def test_a_document_larger_than_the_sample(desk: Desk, tmp_path: Path) -> None:
    records = [trail(n, note="x" * 500) for n in range(500)]
    for indent in (None, 1):
        report = ingest(desk, tmp_path / f"{indent}.json", json.dumps({"Records": records}, indent=indent))
        assert report.formats in ({"cloudtrail": 1}, {"documents/cloudtrail": 1})
    assert report.lines == 500


def test_two_attributes_of_one_name_and_odd_ones(desk: Desk, tmp_path: Path) -> None:
    values = {
        "http.route": "/first", "http.response.status_code": 200, "request_id": "req_7Qm2xV9cT4"
    }  # fmt: skip
    attributes: list[Any] = [
        *({"key": key, "value": {"stringValue": value}} for key, value in values.items()),
        {"key": "http.route", "value": {"stringValue": "/second"}},
        {"key": "empty", "value": {}},
        {"value": {"stringValue": "x"}},
    ]
    records = [
        {"timeUnixNano": "1794830400123456789", "attributes": attributes},
        {"timeUnixNano": "1794830401000000000", "attributes": "none"},
        {"timeUnixNano": 1794830402123456789, "body": {"stringValue": "18446744073709551615 ns"}},
    ]
    document = {"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}
    assert outcomes(ingest(desk, tmp_path / "a.json", json.dumps(document))) == {"requests": 1, "events": 2}
    (row,) = desk.store.rows("SELECT route, request_id, timestamp::VARCHAR AS moment FROM requests")
    assert row == {"route": "/first", "request_id": "req_7Qm2xV9cT4", "moment": "2026-11-16 12:00:00.123456"}
    (raw,) = desk.store.rows("SELECT raw FROM requests")
    assert "/second" in raw["raw"]
    assert desk.store.rows("SELECT max(timestamp)::VARCHAR AS newest FROM events") == [
        {"newest": "2026-11-16 12:00:02.123456"}
    ]


def test_text_that_begins_like_an_array_is_read_as_lines(desk: Desk, tmp_path: Path) -> None:
    lines = ["[info] listening on :3000", *map(json.dumps, request_lines(3)), "[1, 2]"]
    assert outcomes(ingest(desk, tmp_path / "a.log", "\n".join(lines) + "\n")) == {"requests": 3, "quarantined": 2}


@pytest.mark.parametrize("good", [0, 1])
def test_text_after_an_object_makes_no_document_of_a_line(desk: Desk, tmp_path: Path, good: int) -> None:
    lines = [json.dumps(line) for line in request_lines(good)]
    report = ingest(desk, tmp_path / "a.log", "\n".join([*lines, json.dumps(request_line()) + " and more"]) + "\n")
    assert outcomes(report) == {"quarantined": 1} | ({"requests": good} if good else {})


def test_a_torn_first_line_costs_only_itself(desk: Desk, tmp_path: Path) -> None:
    text = json.dumps(request_line())[:70] + "\n" + "".join(json.dumps(line) + "\n" for line in request_lines(5))
    assert outcomes(ingest(desk, tmp_path / "a.log", text)) == {"requests": 5, "quarantined": 1}


def test_vercels_array_of_a_post(desk: Desk, tmp_path: Path) -> None:
    lines = [vercel_line(n, requestId=f"request-{n}-000000000000", timestamp=epoch_ms(n)) for n in range(3)]
    report = ingest(desk, tmp_path / "a.json", json.dumps(lines))
    assert (report.formats, outcomes(report)) == ({"documents/vercel": 1}, {"requests": 3})
