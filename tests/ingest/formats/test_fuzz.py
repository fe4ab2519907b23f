"""Lines of every format, spoilt and mixed with others: all are counted, and reading them again adds nothing."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.test_formats import EXPECTED, sample
from tests.whole_store import differences

FUZZ_CASES = int(os.environ.get("PIXELDESK_FUZZ_CASES", "3"))
LINES = {name: [line for line in sample(name).read_bytes().splitlines() if line.strip()] for name in EXPECTED}
SPOILERS = [
    b"",
    b"\x00",
    b'"',
    b"\\",
    b"{",
    b"}",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\\ud83d",
    b",",
    b" ",
    b"\t",
    b"null",
    b"]",
]
# Requests may share an id here: the lines of a sample are repeated, and one program's id may be another's.
MAY_DIFFER = {"ids_twice"}


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Draw a line of some format, most often as it was written, else with a part of it replaced."""
    line = draw(st.sampled_from(LINES[draw(st.sampled_from(sorted(LINES)))]))
    if draw(st.integers(0, 2)):
        return line
    start = draw(st.integers(0, len(line)))
    end = min(len(line), start + draw(st.integers(0, 20)))
    return line[:start] + draw(st.sampled_from(SPOILERS)) + line[end:]


@given(given_lines=st.lists(lines(), min_size=1, max_size=30), chunk_bytes=st.sampled_from([4096, 1 << 20]))
@hypothesis_settings(max_examples=FUZZ_CASES, deadline=None)
def test_lines_of_every_format_balance(
    tmp_path_factory: pytest.TempPathFactory, given_lines: list[bytes], chunk_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    settings = Settings(db=folder / "x.duckdb", chunk_bytes=chunk_bytes, batch_bytes=4 * chunk_bytes)
    desk = Desk(settings, open_store(settings))
    ingested(desk, folder / "a.log", given_lines)
    first = counts(desk)
    again = ingested(desk, folder / "b.log", given_lines)
    assert counts(desk) == first, again
    desk.store.close()


def ingested(desk: Desk, path: Path, given_lines: list[bytes]) -> dict[str, int]:
    path.write_bytes(b"\n".join(given_lines) + b"\n")
    report = desk.ingest([str(path)])
    assert all("\n" not in reason and str(path) in reason for reason in report.unreadable)
    assert report.lines == sum(report.lines_by_outcome().values())
    assert {name: value for name, value in differences(desk.store).items() if name not in MAY_DIFFER} == {}
    return report.lines_by_outcome()


def counts(desk: Desk) -> dict[str, int]:
    tables = ("requests", "second_lines", "events", "quarantine", "unmapped")
    return {table: desk.store.rows(f"SELECT count(*) AS rows FROM {table}")[0]["rows"] for table in tables}
