"""Equal lines of a file are different lines, unless their text identifies them. What was delivered before adds nothing.

What is stored is compared with a recount by a plain program over the files.
"""

import gzip
import io
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.log_makers import nginx_line
from tests.log_lines import Line, as_bytes, write_lines
from tests.whole_store import differences

EXAMPLES = int(os.environ.get("PIXELDESK_EQUAL_LINES_EXAMPLES", "12"))
# Batches and chunks of a few lines.
SHOP = """
name = "shop"
title = "The shop"
recognised_by = [["clock", "answered"]]
fields = { timestamp = "clock", status = "answered", request_id = "request_id" }
"""
TEXTS: tuple[Line, ...] = (
    {"clock": "2026-11-16T12:00:00Z", "answered": 429},
    {"clock": "2026-11-16T12:00:01.000Z", "answered": 200},
    {"clock": "2026-11-16T12:00:00Z", "answered": 200, "request_id": "shop-1"},
    {"clock": "2026-11-16T12:00:01.250Z", "answered": 503},
    "no JSON",
    {"no": "format"},
)
SMALL: dict[str, Any] = {"chunk_bytes": 8192, "max_line_bytes": 8192, "batch_bytes": 8192}


def plain_line(second: int = 0, **fields: Any) -> dict[str, Any]:
    """Return an access log line without a request id, whose time has whole seconds."""
    time = f"2026-11-16T12:00:{second:02}+00:00"
    return nginx_line(**{"request_id": None, "time_iso8601": time, "status": "429", **fields})


def recount(contents: Iterable[bytes]) -> int:
    """Return how many lines files hold: of lines that their text identifies one, of others the most in any file."""
    most: Counter[bytes] = Counter()
    for content in contents:
        for text, count in Counter(content.splitlines()).items():
            is_identified = b'"request_id": "' in text or b".250" in text
            most[text] = max(most[text], 1 if is_identified else count)
    return most.total()


def _content(file: Path) -> bytes:
    content = file.read_bytes()
    return gzip.decompress(content) if file.suffix == ".gz" else content


def stored(desk: Desk) -> int:
    """Return how many lines the store holds, whatever became of them, after checking that it agrees with itself."""
    assert differences(desk.store) == {}
    tables = ("requests", "events", "quarantine", "unmapped")
    (found,) = desk.store.rows(f"SELECT {' + '.join(f'(SELECT count(*) FROM {table})' for table in tables)} AS lines")
    return int(found["lines"])


@pytest.fixture
def small(settings: Settings) -> Iterator[Desk]:
    """Return a desk that stores a few lines in each transaction."""
    chosen = settings.model_copy(update=SMALL)
    opened = Desk(chosen, open_store(chosen))
    yield opened
    opened.store.close()


def test_a_burst_counts_in_full_and_once(small: Desk, tmp_path: Path) -> None:
    burst = write_lines(tmp_path / "a.log", [plain_line()] * 100)
    assert small.ingest([str(burst)]).requests == 100
    again = [
        shutil.copy(burst, tmp_path / "renamed.log"),
        write_lines(tmp_path / "packed.log.gz", [plain_line()] * 100),
        write_lines(tmp_path / "part.log", [plain_line()] * 70),
    ]
    for file in again:
        report = small.ingest([str(file)])
        assert (report.requests, report.duplicates) == (0, report.lines)
    assert small.ingest_upload("burst.log", burst.read_bytes()).duplicates == 100
    longer = write_lines(tmp_path / "longer.log", [plain_line()] * 110)
    assert (small.ingest([str(longer)]).requests, stored(small)) == (10, 110)


def test_each_has_an_id_of_its_own_that_is_the_same_in_every_store(desk: Desk, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.log", [plain_line(), plain_line(1), plain_line(), plain_line()])
    desk.ingest([str(file)])
    rows = desk.store.rows("SELECT request_id FROM requests ORDER BY line_number")
    first, other, second, third = (row["request_id"] for row in rows)
    assert (second, third) == (f"{first}-2", f"{first}-3") and first != other
    assert [card["request_id"] for card in desk.diagnosed(desk.lookup(third)).as_json()["found"]] == [third]
    assert desk.store.rows("SELECT * FROM contradictory_requests WHERE kind = 'reused_request_id'") == []


@pytest.mark.parametrize("field", [{"request_id": "req_1"}, {"msec": "1794830400.250"}])
def test_a_text_that_identifies_its_line_is_stored_once(desk: Desk, tmp_path: Path, field: dict[str, str]) -> None:
    file = write_lines(tmp_path / "a.log", [plain_line() | field] * 3)
    report = desk.ingest([str(file)])
    assert (report.requests, report.duplicates) == (1, 2)


def test_a_fraction_of_zero_is_no_time_finer_than_a_second(desk: Desk, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.log", [plain_line(msec="1794830400.000")] * 3)
    assert desk.ingest([str(file)]).requests == 3


def test_a_file_goes_on_where_it_has_got(small: Desk, tmp_path: Path) -> None:
    first = write_lines(tmp_path / "first.log", [plain_line()] * 5)
    small.ingest([str(first)])
    second = write_lines(tmp_path / "second.log", [plain_line()] * 5)
    for lines, new in ((0, 0), (1, 1), (0, 0), (3, 3)):
        with second.open("ab") as file:
            file.write(as_bytes([plain_line()] * lines))
        assert small.ingest([str(second)]).requests == new
    with first.open("ab") as file:
        file.write(as_bytes([plain_line()] * 5))
    assert (small.ingest([str(first)]).requests, stored(small)) == (1, 10)


def test_a_last_line_without_a_line_end_counts_once(small: Desk, tmp_path: Path) -> None:
    write_lines(tmp_path / "other.log", [plain_line()] * 2)
    small.ingest([str(tmp_path / "other.log")])
    file = tmp_path / "a.log"
    whole = as_bytes([plain_line()] * 4)
    for size, expected in ((-1, 4), (len(whole), 4), (len(whole) + 1, 4)):
        file.write_bytes((whole + b"\n")[:size])
        small.ingest([str(file)])
        assert stored(small) == expected
    half = len(whole) // 4 * 3 - 1
    file = tmp_path / "b.log"
    file.write_bytes(whole[:half])
    small.ingest([str(file)])
    file.write_bytes(whole[:half] + b"x" + whole[half:] + as_bytes([plain_line()] * 2))
    assert small.ingest([str(file)]).requests == 1


def test_rejected_lines_become_as_many_requests(settings: Settings, tmp_path: Path) -> None:
    text = '{"clock": "2026-11-16T12:00:00Z", "answered": 429}'
    (tmp_path / "formats").mkdir()
    chosen = settings.model_copy(update={"formats": tmp_path / "formats", **SMALL})
    with closing(open_store(chosen)) as store:
        desk = Desk(chosen, store)
        first, shorter, longer = (write_lines(tmp_path / f"{count}.log", [text] * count) for count in (300, 200, 301))
        report = desk.ingest([str(first), str(shorter), str(longer)])
        assert (report.unmapped, report.duplicates) == (301, 500)
        (tmp_path / "formats" / "shop.toml").write_text(SHOP)
        with first.open("a") as file:
            file.write(f"{text}\n" * 2)
        # A line that is understood is not compared with rejected ones, but its source counts on.
        assert desk.ingest([str(first)]).requests == 2
        retried = desk.retry_quarantine()
        assert (retried.tried, retried.requests, retried.duplicates) == (301, 300, 1)
        assert stored(desk) == recount(map(_content, (first, shorter, longer))) == 302
        again = desk.ingest([str(shutil.copy(first, tmp_path / "again.log"))])
        assert (again.duplicates, stored(desk)) == (302, 302)


def test_a_retry_that_understands_nothing_changes_nothing(small: Desk, tmp_path: Path) -> None:
    lines: list[Line] = ["no JSON", {"no": "format"}] * 3
    small.ingest([str(write_lines(tmp_path / "a.log", lines))])
    before = small.store.rows("SELECT * FROM quarantine ORDER BY line_number")
    assert (small.retry_quarantine().still, stored(small)) == (6, 6)
    assert small.store.rows("SELECT * FROM quarantine ORDER BY line_number") == before
    assert small.ingest([str(write_lines(tmp_path / "b.log", lines))]).duplicates == 6


def test_a_copy_of_a_followed_file_goes_on_where_the_file_has_got(small: Desk, tmp_path: Path) -> None:
    log = write_lines(tmp_path / "logs" / "app.log", [plain_line()] * 3)
    clock = iter(range(0, 10_000, 20))
    follower = FileFollower(small.store, small.settings, [str(log.parent)], clock=lambda: float(next(clock)))
    follower.poll()
    copy = Path(shutil.copy(log, log.with_name("copy.log")))
    follower.poll()
    for file, lines in ((copy, 2), (log, 3)):
        with file.open("ab") as writer:
            writer.write(as_bytes([plain_line()] * lines))
        follower.poll()
    follower.close()
    assert stored(small) == recount(map(_content, (log, copy))) == 6


def test_counts_of_duplicates_are_kept_while_a_file_can_grow(small: Desk, tmp_path: Path) -> None:
    def counts() -> int:
        return int(small.store.rows("SELECT count(*) AS counts FROM repeated_lines")[0]["counts"])

    lines: list[Line] = [*(plain_line(second) for second in range(20))] * 3
    small.ingest([str(write_lines(tmp_path / "a.log", lines))])
    assert counts() == 0
    small.ingest([str(write_lines(tmp_path / "packed.log.gz", lines))])
    small.ingest(["-"], standard_input=io.BytesIO(as_bytes(lines)))
    assert counts() == 0
    small.ingest([str(write_lines(tmp_path / "b.log", lines))])
    assert counts() == 20


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["append", "append", "append", "copy", "pack"]),
            st.integers(0, 2),
            st.lists(st.integers(0, len(TEXTS) - 1), max_size=30),
            st.sampled_from([True, True, False]),
        ),
        min_size=4,
        max_size=10,
    )
)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_files_are_stored_as_a_plain_program_counts_them(
    steps: list[tuple[str, int, list[int], bool]],
) -> None:
    with tempfile.TemporaryDirectory(prefix="pixeldesk-equal-") as temporary:
        folder = Path(temporary)
        (folder / "shop.toml").write_text(SHOP)
        chosen = Settings(db=folder / "x.duckdb", formats=folder / "shop.toml", memory_mib=256, **SMALL)
        delivered: dict[Path, bytes] = {}
        with closing(open_store(chosen)) as store:
            desk = Desk(chosen, store)
            for number, (step, which, chosen_texts, is_read) in enumerate(steps):
                file = folder / f"{which}.log"
                if step == "append" or not file.exists():
                    with file.open("ab") as writer:
                        writer.write(as_bytes(TEXTS[text] for text in chosen_texts))
                elif step == "copy":
                    other = folder / f"{(which + 1) % 3}.log"
                    file = other if other.exists() else Path(shutil.copy(file, other))
                else:
                    packed = folder / f"{which}-{number}.log.gz"
                    packed.write_bytes(gzip.compress(file.read_bytes()))
                    file = packed
                if is_read:
                    desk.ingest([str(file)], "shop")
                    delivered[file] = _content(file)
                    assert stored(desk) == recount(delivered.values())
