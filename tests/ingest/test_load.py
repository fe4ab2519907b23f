"""Every line is counted, and stored once, whatever happens to its file between two runs."""

import gzip
import io
import json
import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.load import Progress, load
from pixeldesk.ingest.report import Ingested
from pixeldesk.ingest.sources.byte_stream import is_compressed
from pixeldesk.ingest.sources.source import Source
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.log_lines import Line, as_bytes, event_line, failed_line, moment, request_line, request_lines, write_lines
from tests.whole_store import differences

OUTCOMES = ("requests", "events", "quarantined", "duplicates", "blank", "unmapped")
# `make fuzz` raises it.
FUZZ_CASES = int(os.environ.get("PIXELDESK_FUZZ_CASES", "12"))
SMALL = {"chunk_bytes": 16384, "max_line_bytes": 2048, "batch_bytes": 65536}


def outcomes(report: Ingested) -> dict[str, int]:
    """Return the outcomes that occurred, after asserting that all lines are accounted for."""
    assert report.lines == sum(report.lines_by_outcome().values())
    return {name: lines for name, lines in report.lines_by_outcome().items() if lines}


def stored(desk: Desk) -> dict[str, int]:
    """Count the rows by table, after checking that batches and rollups agree with them."""
    rows = {
        table: desk.store.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"]
        for table in ("requests", "events", "quarantine", "unmapped")
    }
    (counted,) = desk.store.rows(
        "SELECT sum(requests) AS requests, sum(events) AS events, sum(quarantined) AS quarantine,"
        " sum(unmapped) AS unmapped FROM batches"
    )
    assert {name: counted[name] or 0 for name in rows} == rows
    for rollup in ("requests_per_minute", "requests_per_hour"):
        assert (desk.store.rows(f"SELECT sum(requests) AS n FROM {rollup}")[0]["n"] or 0) == rows["requests"]
    return {table: count for table, count in rows.items() if count}


@pytest.fixture(params=["direct", "staged"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Insert good requests directly, or by way of the table of staged lines."""
    monkeypatch.setattr("pixeldesk.ingest.writing.staging._MIN_DIRECT_LINES", 1 if request.param == "direct" else 10**9)


MIXED: list[Line] = [
    *request_lines(50),
    event_line(),
    "not json",
    "",
    {"name": "disk", "free": 3},
    failed_line("tinybird_error", 503, request_id="req_f1", timestamp=moment(90)),
    request_line(request_id="req_N0000000", timestamp=moment(0)),
]


@pytest.mark.usefixtures("either_way")
def test_every_kind_of_line_is_counted_once(desk: Desk, tmp_path: Path) -> None:
    report = desk.ingest([str(write_lines(tmp_path / "a.log", MIXED))])
    expected = {"requests": 51, "events": 1, "quarantined": 1, "blank": 1, "unmapped": 1, "duplicates": 1}
    assert outcomes(report) == expected
    assert stored(desk) == {"requests": 51, "events": 1, "quarantine": 1, "unmapped": 1}
    assert report.bytes == (tmp_path / "a.log").stat().st_size


def test_a_second_run_reads_nothing(desk: Desk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.log", MIXED)
    desk.ingest([str(path)])
    before = stored(desk)
    report = desk.ingest([str(path)])
    assert (report.unchanged, report.lines) == (1, 0)
    assert stored(desk) == before


def test_two_files_of_one_name_are_left_to_two_polls(desk: Desk, tmp_path: Path) -> None:
    first = write_lines(tmp_path / "first.log", request_lines(3))
    second = write_lines(tmp_path / "second.log", [request_line(request_id=f"req_Second{n}") for n in range(2)])
    name = str(tmp_path / "app.log.1")
    polled = [Source(name, path=first), Source(name, path=second)]
    assert load(desk.store, desk.settings, polled).counts.requests == 3
    assert load(desk.store, desk.settings, [Source(f"{name}.moved", path=second)]).counts.requests == 2
    assert differences(desk.store) == {}


@pytest.mark.parametrize("name", ["renamed.log", "compressed.log.gz", "compressed.log.zst", "folder/copy.log"])
def test_the_same_lines_under_another_name_add_nothing(desk: Desk, tmp_path: Path, name: str) -> None:
    desk.ingest([str(write_lines(tmp_path / "a.log", MIXED))])
    before = stored(desk)
    report = desk.ingest([str(write_lines(tmp_path / name, MIXED))])
    assert outcomes(report) == {"duplicates": len(MIXED) - 1, "blank": 1}
    assert stored(desk) == before


@pytest.mark.usefixtures("either_way")
def test_overlapping_files_add_what_is_new(desk: Desk, tmp_path: Path) -> None:
    lines = request_lines(300)
    desk.ingest([str(write_lines(tmp_path / "a.log", lines[:200]))])
    # The overlap is at the end, so that the new file does not look like one that was delivered before.
    report = desk.ingest([str(write_lines(tmp_path / "b.log", lines[200:] + lines[150:200]))])
    assert outcomes(report) == {"requests": 100, "duplicates": 50}
    assert stored(desk) == {"requests": 300}


@pytest.mark.usefixtures("either_way")
def test_lines_of_one_id_and_one_time_are_distinguished_by_their_text(desk: Desk, tmp_path: Path) -> None:
    lines = [request_line(duration_ms=n) for n in range(20)] + [event_line(message=str(n)) for n in range(20)]
    assert outcomes(desk.ingest([str(write_lines(tmp_path / "a.log", lines))])) == {"requests": 20, "events": 20}


@pytest.mark.usefixtures("either_way")
def test_a_line_is_a_duplicate_by_its_text_and_not_by_its_hash_alone(desk: Desk, tmp_path: Path) -> None:
    first, second = request_lines(2)
    second["timestamp"] = first["timestamp"]
    desk.ingest([str(write_lines(tmp_path / "a.log", [first]))])
    with desk.store.transaction() as transaction:
        transaction.execute(f"UPDATE requests SET line_hash = hash('{json.dumps(second)}')")
    report = desk.ingest([str(write_lines(tmp_path / "b.log", [second]))])
    assert outcomes(report) == {"requests": 1}


def test_an_appended_file_is_read_from_where_it_was_left(desk: Desk, tmp_path: Path) -> None:
    lines = request_lines(20)
    path = write_lines(tmp_path / "a.log", lines[:12])
    desk.ingest([str(path)])
    with path.open("ab") as file:
        file.write(as_bytes(lines[12:]))
    report = desk.ingest([str(path)])
    assert outcomes(report) == {"requests": 8}
    assert [row["line_number"] for row in desk.store.rows("SELECT line_number FROM requests ORDER BY ALL")] == list(
        range(1, 21)
    )


@pytest.mark.parametrize("cut", [1, 30, -2])
def test_a_half_written_last_line_is_stored_complete_and_once(desk: Desk, tmp_path: Path, cut: int) -> None:
    lines = request_lines(5)
    content = as_bytes(lines)
    whole_lines = as_bytes(lines[:4])
    path = tmp_path / "a.log"
    path.write_bytes(content[: len(whole_lines) + cut] if cut > 0 else content[:cut])
    assert outcomes(desk.ingest([str(path)])) == {"requests": 4, "quarantined": 1}
    path.write_bytes(content)
    assert outcomes(desk.ingest([str(path)])) == {"requests": 1}
    assert stored(desk) == {"requests": 5}
    assert outcomes(desk.ingest([str(path)])) == {}


def test_a_finished_file_needs_no_last_line_feed(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(as_bytes(request_lines(100))[:-1])
    assert outcomes(desk.ingest([str(path)])) == {"requests": 100}
    with path.open("ab") as file:
        file.write(b"\n" + as_bytes(request_lines(101)[100:]))
    desk.ingest([str(path)])
    assert stored(desk) == {"requests": 101}


@pytest.mark.usefixtures("either_way")
def test_a_rewritten_file_is_read_from_its_start(desk: Desk, tmp_path: Path) -> None:
    lines = request_lines(60)
    path = write_lines(tmp_path / "a.log", lines[:20])
    desk.ingest([str(path)])
    # Truncated and grown past the position where reading stopped, as copytruncate leaves it.
    write_lines(path, lines[20:])
    assert outcomes(desk.ingest([str(path)])) == {"requests": 40}
    assert stored(desk) == {"requests": 60}
    write_lines(path, lines[:3])
    assert outcomes(desk.ingest([str(path)])) == {"duplicates": 3}


@pytest.mark.usefixtures("either_way")
def test_a_compressed_file_that_grew_is_resumed_too(desk: Desk, tmp_path: Path) -> None:
    lines = request_lines(500)
    path = tmp_path / "a.log.gz"
    path.write_bytes(gzip.compress(as_bytes(lines[:300])))
    desk.ingest([str(path)])
    path.write_bytes(path.read_bytes() + gzip.compress(as_bytes(lines[300:])))
    assert outcomes(desk.ingest([str(path)])) == {"requests": 200}


def test_small_chunks_and_batches_give_the_same_store(tmp_path: Path) -> None:
    lines: list[Line] = [*MIXED, "x" * 5000, *request_lines(400, host="web-2"), "y" * 1999, *MIXED]
    path = write_lines(tmp_path / "a.log", lines)
    contents = []
    for sizes in (SMALL, {"max_line_bytes": 2048}):
        settings = Settings(db=tmp_path / f"{len(sizes)}.duckdb", **sizes)  # type: ignore[arg-type]
        desk = Desk(settings, open_store(settings))
        contents.append(
            [
                outcomes(desk.ingest([str(path)])),
                stored(desk),
                desk.store.rows("SELECT * EXCLUDE (batch_id) FROM requests ORDER BY line_number"),
                desk.store.rows("SELECT * EXCLUDE (batch_id) FROM quarantine ORDER BY line_number"),
                desk.store.rows("SELECT * FROM requests_per_minute ORDER BY ALL"),
                desk.store.rows("SELECT * FROM errors_per_hour_and_caller ORDER BY ALL"),
                desk.store.rows("SELECT * FROM requests_per_hour_and_customer ORDER BY ALL"),
                desk.store.rows("SELECT * FROM server_errors_per_minute ORDER BY ALL"),
            ]
        )
        desk.store.close()
    assert contents[0] == contents[1]


def test_many_files_are_one_transaction(desk: Desk, tmp_path: Path) -> None:
    for number, line in enumerate(request_lines(30)):
        write_lines(tmp_path / "logs" / f"{number}.log", [line])
    desk.ingest([str(tmp_path / "logs")])
    assert desk.store.rows("SELECT count(DISTINCT batch_id) AS n FROM batches") == [{"n": 1}]
    assert stored(desk) == {"requests": 30}


def test_folders_globs_and_repeated_paths(desk: Desk, tmp_path: Path) -> None:
    lines = request_lines(3)
    write_lines(tmp_path / "logs" / "web-1" / "a.ndjson.gz", lines[:1])
    write_lines(tmp_path / "logs" / "web-2" / "b.ndjson", lines[1:2])
    write_lines(tmp_path / "logs" / ".hidden", ["nonsense"])
    (tmp_path / "logs" / "loop").symlink_to(tmp_path / "logs")
    write_lines(tmp_path / "c.log", lines[2:])
    paths = [str(tmp_path / "logs"), str(tmp_path / "*.log"), str(tmp_path / "logs" / "web-1" / "a.ndjson.gz")]
    report = desk.ingest(paths)
    assert (report.files, outcomes(report)) == (3, {"requests": 3})


def test_standard_input_is_read_like_a_file(desk: Desk) -> None:
    piped = io.BufferedReader(io.BytesIO(as_bytes(MIXED)))
    assert desk.ingest(["-"], standard_input=piped).requests == 51


def test_what_cannot_be_read_is_named_and_the_rest_is_loaded(desk: Desk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    good = write_lines(tmp_path / "good.log", request_lines(2))
    paths = [
        tmp_path / "missing.log",
        tmp_path / "pipe",
        tmp_path / "circle",
        "/dev/zero",
        tmp_path / "*.zzz",
    ]
    report = desk.ingest([str(path) for path in [*paths, good]])
    assert report.requests == 2
    complaints = report.unreadable
    assert len(complaints) == 5
    assert all(sum(str(path) in complaint for complaint in complaints) == 1 for path in paths)
    assert not any("\n" in complaint for complaint in complaints)


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_a_truncated_compressed_file_yields_what_came_before(desk: Desk, tmp_path: Path, compress: Any) -> None:
    shuffled = [request_line(request_id=f"req_{random.Random(n).randbytes(20).hex()}") for n in range(2000)]
    content = compress(as_bytes(shuffled))
    path = tmp_path / "cut.log.gz"
    path.write_bytes(content[: len(content) * 3 // 4])
    report = desk.ingest([str(path)])
    assert 1000 < outcomes(report)["requests"] < 2000
    (complaint,) = report.damaged
    assert "truncated" in complaint
    assert str(path) in complaint
    path.write_bytes(content)
    desk.ingest([str(path)])
    assert stored(desk) == {"requests": 2000}


def test_members_padding_and_trailing_garbage(desk: Desk, tmp_path: Path) -> None:
    lines = request_lines(4)
    path = tmp_path / "a.gz"
    members = gzip.compress(as_bytes(lines[:2])) + gzip.compress(as_bytes(lines[2:]))
    path.write_bytes(members + b"\0" * 4096)
    report = desk.ingest([str(path)])
    assert (outcomes(report), report.damaged) == ({"requests": 4}, [])
    path.write_bytes(members + b"garbage behind")
    report = desk.ingest([str(path)])
    assert "other data after" in report.damaged[0]
    assert stored(desk) == {"requests": 4}


def test_a_plain_file_may_be_named_gz(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "plain.gz"
    path.write_bytes(as_bytes(request_lines(3)))
    assert outcomes(desk.ingest([str(path)])) == {"requests": 3}


def test_a_decompression_bomb_is_abandoned(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "bomb.duckdb", max_expansion_from=1 << 20)
    desk = Desk(settings, open_store(settings))
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(as_bytes(request_lines(3)) + b"\0" * (64 << 20)))
    report = desk.ingest([str(path)])
    assert "PIXELDESK_MAX_EXPANSION" in report.damaged[0]
    assert report.requests == 3
    assert report.bytes < 8 << 20
    desk.store.close()


def test_progress_ends_with_all_that_was_read(desk: Desk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.log.gz", request_lines(5000))
    reported: list[Progress] = []
    desk.ingest([str(path)], progress=reported.append)
    assert reported[-1].bytes_read == reported[-1].bytes_total == path.stat().st_size
    assert reported[-1].lines == 5000


def test_a_failure_in_the_middle_keeps_whole_batches_only(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb", **SMALL)  # type: ignore[arg-type]
    desk = Desk(settings, open_store(settings))
    path = write_lines(tmp_path / "a.log", request_lines(500))

    def stop(state: Progress) -> None:
        if state.lines > 300:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.ingest([str(path)], progress=stop)
    committed = stored(desk)["requests"]
    assert 0 < committed < 500
    assert outcomes(desk.ingest([str(path)])) == {"requests": 500 - committed}
    assert stored(desk) == {"requests": 500}
    desk.store.close()


def test_two_concurrent_ingests_store_nothing_twice(desk: Desk, tmp_path: Path) -> None:
    lines = request_lines(3000)
    paths = [str(write_lines(tmp_path / f"{n}.log", lines)) for n in range(2)]
    threads = [threading.Thread(target=desk.ingest, args=([path],)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored(desk) == {"requests": 3000}


def test_a_small_addition_to_a_large_file_is_no_bulk_load(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixeldesk.ingest.load._BULK_BYTES", 1)
    path = write_lines(tmp_path / "a.log", request_lines(300))
    desk.ingest([str(path)])
    dropped: list[bool] = []
    monkeypatch.setattr(desk.store, "drop_indexes", lambda: dropped.append(True))
    with path.open("ab") as file:
        file.write(as_bytes([request_line(request_id="req_onemore")]))
    assert outcomes(desk.ingest([str(path)])) == {"requests": 1}
    assert not dropped


def test_bulk_load_ends_with_its_indexes(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixeldesk.ingest.load._BULK_BYTES", 1)
    desk.ingest([str(write_lines(tmp_path / "a.log", MIXED))])
    names = desk.store.rows("SELECT index_name FROM duckdb_indexes() ORDER BY ALL")
    assert [row["index_name"] for row in names] == [
        "aliases_by_alias", "aliases_by_request_id", "events_by_request_id", "requests_by_request_id"
    ]  # fmt: skip


UTF_16 = (b"\xff\xfe", b"\xfe\xff")
FRAGMENTS = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([as_bytes([line]) for line in MIXED]),
    st.sampled_from([b"\n", b"\r\n", b"\xef\xbb\xbf", b"  \t\n", b"{", b"\x00", b'{"timestamp":"', b"\xff\xfe\n"]),
)


@example(pieces=[b"\x1f\x8b"], growth=[])
@given(pieces=st.lists(FRAGMENTS, max_size=30), growth=st.lists(FRAGMENTS, max_size=10))
@hypothesis_settings(max_examples=FUZZ_CASES, deadline=None)
def test_any_bytes_balance_and_a_rerun_adds_nothing(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], growth: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    settings = Settings(db=folder / "x.duckdb", **SMALL)  # type: ignore[arg-type]
    desk = Desk(settings, open_store(settings))
    path = folder / "a.log"
    content = b"".join(pieces)
    path.write_bytes(content)
    report = desk.ingest([str(path)])
    outcomes(report)
    assert not report.unreadable
    if is_compressed(content[:4]):
        assert report.damaged
    elif content[:2] not in UTF_16 and b"\x00" not in content[:8]:
        assert report.lines == content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
        assert not report.damaged
    stored(desk)
    path.write_bytes(content + b"".join(growth))
    desk.ingest([str(path)])
    grown = stored(desk)
    desk.store.close()

    fresh = Settings(db=folder / "y.duckdb", **SMALL)  # type: ignore[arg-type]
    other = Desk(fresh, open_store(fresh))
    other.ingest([str(path)])
    assert stored(other) == grown
    other.store.close()


def test_the_store_is_no_log(desk: Desk, tmp_path: Path) -> None:
    write_lines(tmp_path / "a.log", [request_line()])
    assert desk.settings.db.is_relative_to(tmp_path)
    report = desk.ingest([str(tmp_path)])
    assert (report.files, report.lines, report.requests) == (1, 1, 1)
