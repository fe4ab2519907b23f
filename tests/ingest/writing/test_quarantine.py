"""Lines that are refused or unmapped are stored whole, without their secrets, and with the kind of their reason."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.sources.byte_escapes import unescaped
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.log_lines import Line, request_line, request_lines, write_lines
from tests.whole_store import differences

KEY = "ak_live_Zt3bQ9wE7rT5yU1iO3pA5sD7fG9hJ1kL"
PASSWORD = "4F1b-correct-horse-9c"
PADDING = "p" * 900
# Malformed lines, each with secrets behind what an excerpt shows.
SECRET_LINES: list[Line] = [
    f'no JSON {PADDING} Authorization: Bearer {KEY} "password": "{PASSWORD}"',
    request_line(request_id="req_status", status="abc", path=f"/{PADDING}?api_key={KEY}&password={PASSWORD}"),
    json.dumps(request_line(request_id="req_cut", path=f"/{PADDING}", password=PASSWORD, authorization=KEY))[:-1],
    {"unmapped": PADDING, "password": PASSWORD, "nested": json.dumps({"api_key": KEY})},
    f'caf\xe9 {PADDING} "password": "{PASSWORD}", "x-api-key": "{KEY}"'.encode("latin-1"),
    b"\xff\xfe" + f"{PADDING} Cookie: sid={PASSWORD}; key={KEY}".encode() + b"\x80",
    f'["a list", "{PADDING}", "Bearer {KEY}", "password={PASSWORD}"]',
    f'too long {"x" * 3000} "password": "{PASSWORD}" {KEY}',
]


@pytest.fixture
def secretive(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk over a store of malformed lines with secrets."""
    settings = settings.model_copy(update={"max_line_bytes": 2048})
    desk = Desk(settings, open_store(settings))
    report = desk.ingest([str(write_lines(tmp_path / "a.log", [*request_lines(3), *SECRET_LINES]))])
    assert (report.requests, report.quarantined, report.unmapped) == (3, 7, 1)
    yield desk
    desk.store.close()


def raws(desk: Desk) -> list[dict[str, Any]]:
    """Return the refused and unmapped lines as they are stored."""
    return desk.store.rows(
        """SELECT line_number, raw, raw_is_escaped, excerpt, byte_length FROM quarantine
        UNION ALL SELECT line_number, raw, false, excerpt, byte_length FROM unmapped ORDER BY line_number"""
    )


def test_no_secret_of_a_malformed_line_is_in_the_bytes_of_the_store(secretive: Desk) -> None:
    secretive.store.checkpoint()
    content = b"".join(path.read_bytes() for path in secretive.settings.db.parent.iterdir())
    texts = "".join(f"{row['raw']}{row['excerpt']}" for row in raws(secretive)).encode()
    for secret in (KEY[12:], PASSWORD):
        assert secret.encode() not in texts
        assert secret.encode() not in content


def test_a_line_is_stored_whole_unless_it_is_too_long(secretive: Desk) -> None:
    rows = raws(secretive)
    assert [row["raw"] is None for row in rows] == [False] * 7 + [True]
    for row in rows[:-1]:
        assert PADDING in row["raw"] and "[redacted]" in row["raw"]
        assert len(row["excerpt"]) == 200
    assert len(rows[-1]["excerpt"]) == 200


def test_lines_come_back_as_they_were(desk: Desk, tmp_path: Path) -> None:
    lines: list[bytes] = [
        b"no JSON " + b"y" * 5000,
        json.dumps(request_line(status="abc", path="/" + "z" * 700)).encode(),
        b"caf\xe9 " + b"z" * 700 + b"\xff",
        "a private character \uf7e9 and".encode() + b"\x80",
        b'{"what": "' + b"w" * 700 + b'"}',
        b"NUL \x00 and \x1b",
    ]
    desk.ingest([str(write_lines(tmp_path / "a.log", list[Line](lines)))])
    for row, line in zip(raws(desk), lines, strict=True):
        assert (unescaped(row["raw"]) if row["raw_is_escaped"] else row["raw"].encode()) == line
        assert row["byte_length"] == len(line)
    assert differences(desk.store) == {}


def test_of_a_binary_line_an_excerpt_is_stored(desk: Desk, tmp_path: Path) -> None:
    cyrillic = "ошибка: база недоступна, повтор через минуту".encode("cp1251")
    lines: list[bytes] = [
        b"\x80" * 33 + b"t" * 67, b"\x80" * 34 + b"t" * 66, bytes(range(128, 256)) * 100, b"\xff\x00\x00t" * 99,
        b'{"timestamp": "2026-11-16T12:00:00Z", "level": "error", "message": "' + cyrillic + b'", "host": "web-1"}',
    ]  # fmt: skip
    desk.ingest([str(write_lines(tmp_path / "a.log", list[Line](lines)))])
    assert [row["raw"] is None for row in raws(desk)] == [False, True, True, True, False]
    assert [len(row["excerpt"]) for row in raws(desk)][:4] == [100, 100, 200, 200]


def test_equal_lines_are_refused_each_unless_they_are_no_text(desk: Desk, tmp_path: Path) -> None:
    lines: list[Line] = ["no JSON", b"\xff" * 300, {"what": 1}] * 2
    report = desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert (report.quarantined, report.unmapped, report.duplicates) == (3, 2, 1)
    again = desk.ingest([str(write_lines(tmp_path / "b.log", [*lines, "no JSON"]))])
    assert (again.quarantined, again.unmapped, again.duplicates) == (1, 0, 6)


def test_reasons_of_one_kind_differ_in_values_and_positions_only(desk: Desk, tmp_path: Path) -> None:
    lines: list[Line] = [
        "{'a': 1}", '{"a": tru}', '{"timestamp": 1', '{"timestamp": 12345',
        *(request_line(status=status) for status in (9999, 1234)),
        *(request_line(request_id="r" * length) for length in (4000, 5000)),
        *(request_line(timestamp=text) for text in ("yesterday", "noon is at: twelve")),
        b"caf\xe9", b"a caf\xe9",
    ]  # fmt: skip
    desk.ingest([str(write_lines(tmp_path / "a.log", lines))])
    rows = desk.store.rows("SELECT reason, reason_kind FROM quarantine ORDER BY line_number")
    kinds = [row["reason_kind"] for row in rows]
    assert [kinds.count(kind) for kind in dict.fromkeys(kinds)] == [1, 1, 2, 2, 2, 2, 2]
    assert len({row["reason"] for row in rows}) == len(rows)
    assert {row["kind"] for row in desk.query("quarantine_reasons", source=None)} == set(kinds)
    assert len(desk.query("quarantine_rows", source=None, reason=kinds[-1], limit=9)) == 2
