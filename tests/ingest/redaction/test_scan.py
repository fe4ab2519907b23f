"""Hyperscan and DuckDB find the same suspects, so that the same bytes are stored with either."""

import json
import re
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.redaction import scan
from pixeldesk.ingest.redaction.in_sql import suspect_sql
from pixeldesk.ingest.redaction.rules import SCANS
from pixeldesk.ingest.writing import redacting
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.redaction.test_secrets_of_formats import LINES
from tests.log_lines import Line, event_line, request_line, write_lines

hyperscan = pytest.importorskip("hyperscan", reason="there is no wheel of hyperscan for this platform")

_SECRETS = tomllib.loads((Path(__file__).parent / "secrets.toml").read_text())
_PIECES = st.sampled_from(
    [
        *(shape["text"] for shape in _SECRETS["shapes"]),
        *_SECRETS["names"]["names"],
        *["\\", "\\u0061", '"', "'", ":", "=", " ", "%3D", "%", "\r", "é", "\ufeff", "🔑", "value", "://a:b@", "-u x:"],
    ]
)
_TEXTS = st.lists(st.one_of(_PIECES, _PIECES, st.characters(codec="utf-8")), max_size=8).map(
    lambda pieces: "".join(pieces).replace("\n", "").replace("\x00", "")
)
_QUICK = settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


@pytest.fixture(autouse=True)
def _compiled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_COMPILING_S", 0)


def _in_sql_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(redacting, "_FEW_LINES", 0)


def _without_hyperscan(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scan, "_database", lambda _: None)


def _found(lines: list[str]) -> list[bool]:
    content = "".join(f"{line}\n" for line in lines).encode()
    starts = np.cumsum([0, *(len(line.encode()) + 1 for line in lines)])[:-1]
    return list(scan.suspects(np.frombuffer(content, np.uint8), starts).to_pylist())


def test_every_scan_is_compiled() -> None:
    assert scan._compiled() is not None
    # Hyperscan knows the two cases of ASCII only.
    assert not [pattern for pattern in SCANS if "(?i" in pattern and not pattern.isascii()]


@_QUICK
@given(st.lists(_TEXTS, min_size=1, max_size=60))
def test_no_suspect_of_duckdb_is_missed(lines: list[str]) -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"""SELECT {suspect_sql("line")}
            FROM (SELECT unnest($lines) AS line, generate_subscripts($lines, 1) AS place) ORDER BY place""",
            {"lines": lines},
        ).fetchall()
    for line, (expected,), found in zip(lines, rows, _found(lines), strict=True):
        assert found or not expected, line


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a[^x]b", "aéb"),
        ('"[^"]{3}"', '"é€🔑"'),
        ("contrase[ñn]a", "contraseña"),
        ("[а-я]+:", "пароль:"),
        ("añ?x", "ax"),
        ("(?:ñ)+x", "ñññx"),
        ("a.b", "a🔑b"),
        (r"(?:^|[^a-z])key", "key"),
        (r"key=[a-z]+(?:;|\z)", "key=abc"),
        (r"key=[a-z]+\z", "key=abc"),
        (r"(?:^|[^0-9])4[0-9]{0,3}x", "4123x"),
        (r"(?:^|[^0-9])4[^0-9]{0,3}x", "é4éx"),
        (r"[\]\\x]+[^]a]=", r"\]x-="),
    ],
)
def test_a_pattern_in_bytes_matches_what_it_matches_in_characters(pattern: str, text: str) -> None:
    assert re.search(pattern.replace(r"\z", r"\Z"), text)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    expressions = [scan.in_bytes(pattern)]
    database.compile(expressions=expressions, ids=[0], elements=1, flags=hyperscan.HS_FLAG_ALLOWEMPTY)
    found: list[int] = []
    for around in ("", "\n"):
        found.clear()
        database.scan(f"{around}{text}{around}".encode(), match_event_handler=lambda *match: found.append(match[2]))
        assert found


def test_an_arrow_column_is_scanned_in_all_its_pieces() -> None:
    texts = ["x", "password=hunter2", "", "y", "token=a1b2c3d4e5", "z", "cookie: a", "", "w"]
    expected = [bool(re.search("password|token|cookie", text)) for text in texts]
    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        table = pa.table({"line": pa.array(texts, kind)})
        pieces = pa.concat_tables([table.slice(0, 4), table.slice(4, 0), table.slice(4)])
        assert scan.scanned(pieces)["is_suspect"].to_pylist() == expected
    assert scan.scanned(pa.table({"line": pa.array([], pa.string())}))["is_suspect"].to_pylist() == []
    with_null = pa.table({"line": pa.array(["x", None, "password=hunter2"])})
    assert scan.scanned(with_null)["is_suspect"].to_pylist() == [False, False, True]


def test_a_few_lines_are_not_worth_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_COMPILING_S", 0.25)
    monkeypatch.setattr(scan, "_kept", lambda: None)
    monkeypatch.setattr(scan, "_spent_s", 0)
    answers = [_found(["password: x"]) for _ in range(20)]
    assert answers[0] == [None]
    assert answers[-1] == [True]
    monkeypatch.setattr(scan, "_spent_s", 0)
    assert _found(["x" * 40_000_000, "password: x"]) == [False, True]


def test_with_too_many_matches_duckdb_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["password: x"] * 2_000
    assert _found(lines) == [None] * len(lines)
    assert _found([f"{line}{'.' * 90}" for line in lines]) == [True] * len(lines)
    _without_hyperscan(monkeypatch)
    assert _found(["password: x"]) == [None]


def test_two_threads_scan_at_once() -> None:
    lines = [f"{'.' * 200}token=a1b2c3d4e5" if number % 50 == 0 else "." * 200 for number in range(20_000)]
    expected = [number % 50 == 0 for number in range(20_000)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_found, [lines] * 8)) == [expected] * 8


def _corpus() -> list[Line]:
    """Return lines of many formats with secrets in them, lines without, and lines that are refused."""
    lines: list[Line] = [line for line, _ in LINES.values()]
    for number, shape in enumerate(_SECRETS["shapes"]):
        text = shape["text"]
        lines.append(request_line(request_id=f"req_SHAPE{number:05}", path=f"/pixel/events/{text}"))
        lines.append(event_line(request_id=f"req_SHAPE{number:05}", message=f"é {text} 🔑"))
        lines.append(f"in words, {number}: {text}".replace("\n", " "))
        lines.append(json.dumps({"other": text, "number": number}))
    for number, name in enumerate(_SECRETS["names"]["names"]):
        lines.append(request_line(request_id=f"req_NAME{number:05}", **{name: "hunter2canary"}, colour="\x1b[31m"))
        lines.append(request_line(request_id=f"req_PLAIN{number:05}"))
    return [*lines, b"\xff\xfe password=hunter2canary", "{", "", "\x00\x00{}"]


def _in_pieces() -> list[Line]:
    """Return lines that Docker has written in pieces."""
    whole = [json.dumps(event_line(message=f"{number} {'.' * number} password=hunter2canary")) for number in range(40)]
    pieces = [piece for line in whole for piece in (line[:100], line[100:] + "\n")]
    return [{"log": piece, "stream": "stdout", "time": "2026-11-16T12:00:00Z"} for piece in pieces]


def _stored(folder: Path, logs: Path) -> dict[str, Any]:
    columns = {
        "requests": "* EXCLUDE (batch_id)",
        "second_lines": "* EXCLUDE (batch_id)",
        "events": "* EXCLUDE (batch_id)",
        "quarantine": "* EXCLUDE (batch_id)",
        "unmapped": "* EXCLUDE (batch_id)",
        "batches": "* EXCLUDE (batch_id, committed_at)",
    }
    configured = Settings(db=folder / "x.duckdb")
    desk = Desk(configured, open_store(configured))
    desk.ingest([str(logs)])
    found = {table: desk.store.rows(f"SELECT {named} FROM {table} ORDER BY ALL") for table, named in columns.items()}
    desk.store.close()
    return found


def test_the_same_rows_are_stored_with_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = write_lines(tmp_path / "logs" / "app.log", _corpus()).parent
    write_lines(logs / "native.log", [line for line in _corpus() if isinstance(line, dict) and "request_id" in line])
    write_lines(logs / "docker.log", _in_pieces())
    with_it = _stored(tmp_path / "with", logs)
    _without_hyperscan(monkeypatch)
    _in_sql_alone(monkeypatch)
    without = _stored(tmp_path / "without", logs)
    assert with_it == without
    assert sum(len(rows) for rows in without.values()) > 300
    assert "hunter2canary" not in str(with_it)


def test_where_it_is_missing_nothing_imports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    scan._kept.cache_clear()
    scan._compiled.cache_clear()
    try:
        assert _found(["password: x"]) == [None]
    finally:
        monkeypatch.undo()
        scan._kept.cache_clear()
        scan._compiled.cache_clear()
    assert _found(["password: x"]) == [True]
