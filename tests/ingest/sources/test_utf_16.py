"""Logs in UTF-16, as PowerShell writes them with `>`: read as if they were UTF-8, also while they grow."""

import gzip
import json
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.following.source_states import follow_states
from pixeldesk.ingest.sources.byte_stream import byte_stream
from tests.ingest.following.test_follow import Watch
from tests.log_lines import request_lines

LINES = [json.dumps({**line, "message": "naïve 😀"}, ensure_ascii=False) for line in request_lines(6)]
ENCODINGS = {
    "little endian with a mark": ("utf-16-le", b"\xff\xfe"),
    "big endian with a mark": ("utf-16-be", b"\xfe\xff"),
    "little endian": ("utf-16-le", b""),
    "big endian": ("utf-16-be", b""),
}


def text(lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("suffix", [".log", ".log.gz"])
def test_it_is_read(desk: Desk, tmp_path: Path, name: str, suffix: str) -> None:
    encoding, mark = ENCODINGS[name]
    content = mark + text([*LINES, "bad", LINES[0].replace("req_", "req_2")]).encode(encoding)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    report = desk.ingest([str(path)])
    assert (report.requests, report.quarantined, report.blank) == (7, 1, 0)
    rows = desk.store.rows("SELECT DISTINCT message FROM requests")
    assert [row["message"] for row in rows] == ["naïve 😀"]
    # Offsets are those of the text in UTF-8.
    (bad,) = desk.quarantine(2)
    in_utf_8 = ("\ufeff" if mark else "") + text(LINES)
    assert bad["offset"] == len(in_utf_8.encode())
    assert desk.ingest([str(path)]).unchanged == 1
    assert desk.retry_quarantine().still == 1


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_growing_file_is_read_on(desk: Desk, tmp_path: Path, name: str) -> None:
    encoding, mark = ENCODINGS[name]
    path = tmp_path / "a.log"
    content = mark + text(LINES).encode(encoding)
    watch = Watch(desk, path)
    path.touch()
    found = 0
    # In the middle of the mark, of a character, of a surrogate pair and of a line.
    emoji = content.index("😀".encode(encoding), len(content) // 2)
    for end in sorted({1, 2, 3, 9, len(content) // 3, emoji + 1, emoji + 2, emoji + 3, len(content) - 1, len(content)}):
        path.write_bytes(content[:end])
        found += watch.poll().get("requests", 0)
    assert found == 6
    assert watch.follower.report.lost == []
    assert watch.poll() == {}
    (state,) = follow_states(desk.store, [watch.follower])
    assert state.bytes_behind == 0


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(sorted(ENCODINGS)),
    st.integers(1, 9),
)
@hypothesis_settings(max_examples=60, deadline=None)
def test_the_text_is_the_same_from_any_position(written: str, name: str, piece: int) -> None:
    encoding, mark = ENCODINGS[name]
    written = "[{a\n" + written
    expected = ("\ufeff" if mark else "").encode() + written.encode()
    content = mark + written.encode(encoding)
    for position in range(0, len(expected), piece):
        stream = byte_stream(BytesIO(content), 250, 1 << 30)
        stream.skip(position)
        found = b"".join(iter(lambda stream=stream: stream.read(piece), b""))  # type: ignore[misc]
        assert found == expected[position:]
        assert stream.position == len(expected)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"\0" * 100, b"{\0", b'{"a":1}\n', b"\xff\xfe\0\0{\0\0\0", b"a\0b\0c\0d", "ÿþ é".encode()],
)
def test_what_is_not_certain_stays_as_it_is(content: bytes) -> None:
    assert byte_stream(BytesIO(content), 250, 1 << 30).read(1000) == content
