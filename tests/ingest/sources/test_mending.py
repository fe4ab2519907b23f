"""Lines that are whole but for bytes around them, or for an escape that no reader takes: read, at their true offset."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.sources.mending import mended, mended_sql
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.log_lines import request_line, write_lines

_engine = duckdb.connect()
_PIECES = [
    "\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\\\", "\\", "\\x22", "\\xC3\\xA9", "\\xe9", "\\xF0\\x9F\\x98\\x80", "%41",
    "%", "\x1b[31m", "\x1b[0m", "\x1b]8;;http://a/\x07", "\x1b", "\\u0041", "\\ud7ff", "\\uD83D", "é", "a",
    '\\"', "\\x2",
]  # fmt: skip


def by_the_engine(line: str) -> tuple[str, bool]:
    """Return a line as the engine mends it, and whether it was JSON before."""
    with _engine.cursor() as cursor:
        sql = f"SELECT {mended_sql('line')}, json_valid(line) FROM (SELECT $1::VARCHAR AS line)"
        ((found, was_json),) = cursor.execute(sql, [line]).fetchall()
    return str(found), bool(was_json)


@given(st.lists(st.sampled_from(_PIECES), max_size=8), st.sampled_from(['{{"m":"{}"}}', '{{"m":"{}', "text {}", "{}"]))
@hypothesis_settings(max_examples=150, deadline=None)
def test_the_engine_and_python_mend_alike(pieces: list[str], around: str) -> None:
    line = around.format("".join(pieces))
    found, was_json = by_the_engine(line)
    assert found == (line if was_json else mended(line))


@pytest.mark.parametrize(
    ("text", "meant"),
    {
        r"cut \ud83d": "cut \ufffd",
        r"\udc00 cut": "\ufffd cut",
        r"\ud83d\ude00 whole, \ud83d half": "😀 whole, \ufffd half",
        r"\\ud83d is a name, \ud83d is half": "\\ud83d is a name, \ufffd is half",
        r"Mozilla \x22beta\x22": 'Mozilla "beta"',
        r"\xD0\x9F\xD1\x80 100% \x25": "Пр 100% %",
        r"\xFF\x41": "\ufffdA",
        r"a\\x22, \x22": 'a\\x22, "',
        "\x1b[1;32mgreen\x1b[0m": "green",
        "\x1b]8;;https://a.example/\x1b\\link\x1b]8;;\x1b\\": "link",
    }.items(),
)
def test_what_was_meant(text: str, meant: str) -> None:
    found, was_json = by_the_engine(f'{{"m":"{text}"}}')
    assert not was_json
    assert json.loads(found) == {"m": meant}


@pytest.mark.parametrize(
    "line", ['{"m":"\\ud83d\\ude00 \\\\x22 \\u001b[31m"}', r'GET "\x16\x03" 400', "{'m': '\\ud83d'"]
)
def test_what_is_left_as_it_is(line: str) -> None:
    assert by_the_engine(line)[0] == line or "ud83d" in line
    assert by_the_engine(line)[0].startswith(line[:2])


BEFORE = {"NUL": b"\0" * 3000, "mark": b"\xef\xbb\xbf", "separator": b"\x1e", "all": b"\0\xef\xbb\xbf\x1e", "none": b""}
BEHIND = {"comma": b",", "NUL": b"\0\0", "CR": b"\r", "comma and CR": b",\r", "none": b""}


def test_bytes_around_lines_cost_nothing_and_offsets_are_true(desk: Desk, tmp_path: Path) -> None:
    combinations = [(before, behind) for before in BEFORE.values() for behind in BEHIND.values()]
    lines = [json.dumps(request_line(request_id=f"req_{n}")).encode() for n in range(len(combinations))]
    refused = [b'{"n":%d,' % n for n in range(len(combinations))]
    content = b"".join(
        before + line + behind + b"\n" + before + bad + b"\n"
        for (before, behind), line, bad in zip(combinations, lines, refused, strict=True)
    )
    path = tmp_path / "a.log"
    path.write_bytes(content)
    report = desk.ingest([str(path)])
    assert (report.requests, report.quarantined) == (len(lines), len(lines))
    rows = desk.store.rows("SELECT raw FROM requests ORDER BY line_number")
    assert [row["raw"].encode() for row in rows] == lines
    found = desk.store.rows("SELECT byte_offset AS start, byte_length AS size FROM quarantine ORDER BY line_number")
    assert [content[row["start"] : row["start"] + row["size"]] for row in found] == refused


def test_a_file_truncated_under_its_writer(tmp_path: Path) -> None:
    """copytruncate leaves as many NUL bytes as were there, which may be more than the longest line."""
    settings = Settings(db=tmp_path / "a.duckdb", chunk_bytes=8192, max_line_bytes=4096)
    store = open_store(settings)
    desk = Desk(settings, store)
    path = tmp_path / "a.log"
    lines = [json.dumps(request_line(request_id=f"req_{n}")).encode() + b"\n" for n in range(5)]
    path.write_bytes(b"\0" * 30_001 + b"".join(lines[:3]))
    assert desk.ingest([str(path)]).requests == 3
    with path.open("ab") as file:
        file.write(b"\0" * 20_000 + lines[3] + b"bad\n" + lines[4])
    report = desk.ingest([str(path)])
    assert (report.requests, report.quarantined, report.lines) == (2, 1, 3)
    (bad,) = desk.quarantine(5)
    assert path.read_bytes()[bad["offset"] :].startswith(b"bad\n")
    assert bad["line"] == 5
    store.close()


def test_a_line_over_several_buffers_is_no_reason_to_read_a_file_again(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "a.duckdb", chunk_bytes=8192, max_line_bytes=4096)
    store = open_store(settings)
    desk = Desk(settings, store)
    path = tmp_path / "a.log"
    lines = [json.dumps(request_line(request_id=f"req_{n}")).encode() + b"\n" for n in range(2)]
    path.write_bytes(b"x" * 30_000 + b"\n" + lines[0])
    desk.ingest([str(path)])
    with path.open("ab") as file:
        file.write(lines[1])
    report = desk.ingest([str(path)])
    assert (report.lines, report.requests) == (1, 1)
    store.close()


def docker(text: str) -> dict[str, Any]:
    return {"log": text + "\n", "stream": "stdout", "time": "2026-11-20T10:00:00.5Z"}


def pino(request_id: str, message: str) -> str:
    request = f'"req":{{"id":"{request_id}","method":"GET","url":"/a"}},"res":{{"statusCode":503}}'
    return f'{{"level":50,"time":1795168800123,"pid":1,"hostname":"w",{request},"responseTime":42,"msg":"{message}"}}'


def test_lines_inside_an_envelope_are_mended(desk: Desk, tmp_path: Path) -> None:
    lines = [docker(pino("req_Sur0000001", r"cut \ud83d")), docker(f"\x1b[32m{pino('req_Sur0000002', 'green')}\x1b[0m")]
    report = desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert (report.requests, report.quarantined) == (2, 0)
    rows = desk.store.rows("SELECT request_id, message FROM requests ORDER BY request_id")
    assert [(row["request_id"], row["message"]) for row in rows] == [
        ("req_Sur0000001", "cut \ufffd"),
        ("req_Sur0000002", "green"),
    ]


def test_a_mended_line_is_redacted_and_can_be_read_again(desk: Desk, tmp_path: Path) -> None:
    secret = "pass\x1b[33mword\x1b[0m=hunter2canary9f8e7d"
    lines = [pino("req_Sur0000001", rf"cut \ud83d {secret}"), pino("req_Sur0000002", r"\x22")]
    path = write_lines(tmp_path / "a.log", lines)
    assert desk.ingest([str(path)]).requests == 2
    rows = desk.store.rows("SELECT raw, message FROM requests ORDER BY request_id")
    assert json.loads(rows[0]["raw"])["msg"] == rows[0]["message"] == "cut \ufffd password=[redacted]"
    again = tmp_path / "again" / "b.log"
    again.parent.mkdir()
    again.write_bytes(path.read_bytes())
    assert desk.ingest([str(again)]).duplicates == 2


def test_of_a_name_that_a_logger_repeats_the_last_value_counts(desk: Desk, tmp_path: Path) -> None:
    start = '{"level":30,"time":1795168800125,"pid":1,"hostname":"web-1",'
    inside = '"req":{"method":"GET","url":"/a"},"res":{"statusCode":200},"responseTime":1'
    lines = [
        f'{start}"requestId":"req_Parent0001","requestId":"req_Child00001","msg":"x",{inside},"n":1.50,"n":null}}',
        f'{start}"reqId":"req_Child00002",{inside},"msg":"first \\"msg\\":","msg":"last é","time":1795168800126}}',
        f'{start}"requestId":"req_Child00004",{inside},"msg":"\\"requestId\\":1, \\"requestId\\":2"}}',
    ]
    enveloped = docker(f'{start}"requestId":"req_Parent0003","requestId":"req_Child00003",{inside},"msg":"y"}}')
    assert desk.ingest([str(write_lines(tmp_path / "a.log", lines))]).requests == 3
    assert desk.ingest([str(write_lines(tmp_path / "b.log", [enveloped]))]).requests == 1
    rows = desk.store.rows("SELECT request_id, message, raw FROM requests ORDER BY request_id")
    assert [row["request_id"] for row in rows] == [f"req_Child0000{n}" for n in (1, 2, 3, 4)]
    assert rows[0]["raw"] == (f'{start}"requestId":"req_Child00001","msg":"x",{inside},"n":null}}')
    assert rows[1]["message"] == "last é"
    assert json.loads(rows[1]["raw"])["time"] == 1795168800126
    assert rows[3]["raw"] == lines[2]
    (found,) = desk.store.rows("SELECT raw ->> '$.requestId' AS id FROM requests WHERE request_id = 'req_Child00001'")
    assert found["id"] == "req_Child00001"
