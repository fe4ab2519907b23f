"""A rebuilt store says what the old one said, as far as the old one can be read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import StoreBroken, StoreMissing, StoreVersionError, UsageError
from pixeldesk.ingest.rebuilding.rebuild import rebuild
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from tests.ingest.formats.log_makers import nginx_line, pino_line
from tests.log_lines import Line, as_bytes, event_line, moment, request_line, request_lines, write_lines
from tests.store.old_stores import old_versions, unpack
from tests.whole_store import differences

# A second line was counted as a request when it was read, and some logs here share ids.
_EXPECTED = {"requests", "ids_twice"}

# Batches and ids differ; the path tells the source.
_RECORDS = {
    "requests": "* EXCLUDE (batch_id, source_id)",
    "events": "* EXCLUDE (batch_id, source_id)",
    "second_lines": "* EXCLUDE (batch_id, source_id, first_source_id)",
    # A reason is in today's words.
    "quarantine": "* EXCLUDE (batch_id, source_id, byte_offset, reason, reason_kind)",
    "unmapped": "* EXCLUDE (batch_id, source_id, byte_offset)",
}
_OTHERS = (
    "SELECT alias, kind, request_id FROM aliases",
    "SELECT * FROM requests_per_minute",
    "SELECT * FROM requests_per_hour",
    "SELECT * FROM errors_per_hour_and_caller",
    "SELECT * FROM requests_per_hour_and_customer",
    "SELECT * FROM server_errors_per_minute",
    "SELECT * FROM contradictory_requests",
    "SELECT * FROM dropped_days",
    "SELECT * EXCLUDE (source_id) FROM losses",
    "SELECT * FROM pushes",
    "SELECT * FROM pushed_bodies",
    "SELECT path, line_hash, occurrences FROM repeated_lines JOIN sources USING (source_id)",
    "SELECT * EXCLUDE (source_id) FROM sources",
    # A second line counted among the requests in stores of older versions.
    """SELECT path, sum(batches.lines), sum(requests + events), sum(quarantined), sum(duplicates), sum(blank),
            sum(unmapped)
        FROM batches JOIN sources USING (source_id) GROUP BY source_id, path""",
)


def content(store: Store) -> dict[str, list[str]]:
    """Return everything in a store that a rebuild has to say again."""
    found = {
        table: store.rows(f"SELECT {columns}, sources.path AS source FROM {table} JOIN sources USING (source_id)")
        for table, columns in _RECORDS.items()
    }
    found |= {sql: store.rows(sql) for sql in _OTHERS}
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


@contextmanager
def opened(db: Path, **settings: Any) -> Iterator[Desk]:
    """Open a store as a desk."""
    chosen = Settings(db=db, **settings)
    store = open_store(chosen)
    try:
        yield Desk(chosen, store)
    finally:
        store.close()


def logs_of_every_kind(folder: Path) -> list[str]:
    """Write a log of each way that a line can go, and return the paths."""
    app: list[Line] = [
        *request_lines(30),
        *(event_line(request_id=f"req_N{n:07}", timestamp=moment(n - 0.001)) for n in range(5)),
        request_line(request_id="req_keyed", timestamp=moment(50), api_key="ak_live_0123456789abcdefghijklmnopqrstuv"),
        request_line(request_id="req_bad", timestamp=moment(51), status="abc"),
        "{not json",
        b'{"request_id": "\xff\xfe"}',
        '{"some": "thing"}',
        "",
        request_lines(1)[0],
    ]
    nginx = [nginx_line(100 + n, request_id=f"req_both{n}") for n in range(4)]
    pino = [pino_line(100 + n, request_id=f"req_both{n}") for n in range(4)]
    # Equal lines that no text identifies, and a file with some of them.
    plain = nginx_line(request_id=None, time_iso8601="2026-11-16T12:05:00+00:00")
    equal: list[Line] = [*[plain] * 4, *["no format"] * 3]
    return [
        str(write_lines(folder / "app.log", app)),
        str(write_lines(folder / "nginx.log", nginx)),
        str(write_lines(folder / "pino.log", pino)),
        str(write_lines(folder / "equal.log", equal)),
        str(write_lines(folder / "equal-part.log", equal[1:5])),
    ]


def a_store_of_every_kind(db: Path, logs: Path) -> Path:
    """Make a store with lines that went every way, and a last line without a line feed. Returns its path."""
    logs.mkdir()
    paths = logs_of_every_kind(logs)
    half = logs / "half.log"
    half.write_bytes(as_bytes(request_lines(3, host="half"))[:-10])
    with opened(db) as desk:
        desk.ingest([*paths, str(half)])
        assert all(desk.store.rows(f"SELECT 1 FROM {table} LIMIT 1") for table in _RECORDS)
    return db


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a store of every kind, which no test changes."""
    folder = tmp_path_factory.mktemp("every_kind")
    return a_store_of_every_kind(folder / "old.duckdb", folder / "logs")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return the path of a store of every kind of the test's own; its logs are in `logs`."""
    return a_store_of_every_kind(tmp_path / "old.duckdb", tmp_path / "logs")


# --- whole stores -------------------------------------------------------------------------------------------


def test_a_rebuilt_store_says_the_same(old: Path, tmp_path: Path) -> None:
    with opened(old) as desk:
        before = content(desk.store)
        records = sum(len(before[table]) for table in _RECORDS)
    with opened(tmp_path / "new.duckdb") as desk:
        report = rebuild(desk.store, desk.settings, old)
        assert content(desk.store) == before
        assert differences(desk.store).keys() <= _EXPECTED
    assert (report.read, report.stored, report.duplicates, report.left) == (records, records, 0, 0)
    assert report.unread == {}


@pytest.mark.parametrize("version", old_versions())
def test_a_store_of_an_older_version_is_rebuilt(version: int, tmp_path: Path) -> None:
    old = unpack(version, tmp_path / "old.duckdb")
    migrated = unpack(version, tmp_path / "migrated.duckdb")
    with opened(migrated) as desk:
        before = content(desk.store)
    untouched = old.read_bytes()
    with opened(tmp_path / "new.duckdb") as desk:
        report = rebuild(desk.store, desk.settings, old)
        after = content(desk.store)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert report.left == 0
    assert old.read_bytes() == untouched


def test_reading_the_logs_again_adds_nothing_to_a_rebuilt_store(own: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "new.duckdb") as desk:
        rebuild(desk.store, desk.settings, own)
        again = desk.ingest([str(tmp_path / "logs")])
        assert (again.unchanged, again.lines) == (6, 0)
        renamed = tmp_path / "renamed"
        (tmp_path / "logs").rename(renamed)
        moved = desk.ingest([str(renamed)])
        assert (moved.requests, moved.events, moved.quarantined, moved.unmapped) == (0, 0, 0, 0)


def test_a_rebuilt_source_goes_on_where_it_ended(own: Path, tmp_path: Path) -> None:
    half = tmp_path / "logs" / "half.log"
    with opened(tmp_path / "new.duckdb") as desk:
        rebuild(desk.store, desk.settings, own)
        half.write_bytes(as_bytes(request_lines(5, host="half")))
        grown = desk.ingest([str(half)])
        assert (grown.lines, grown.requests, grown.duplicates) == (3, 3, 0)
        # The half line is whole now, and left quarantine.
        assert (
            desk.store.rows("SELECT 1 FROM quarantine JOIN sources USING (source_id) WHERE path LIKE '%half.log'") == []
        )
        assert differences(desk.store).keys() <= _EXPECTED


def test_rebuilt_sources_count_their_equal_lines_on(own: Path, tmp_path: Path) -> None:
    part = tmp_path / "logs" / "equal-part.log"
    with opened(tmp_path / "new.duckdb") as desk:
        rebuild(desk.store, desk.settings, own)
        with part.open("ab") as file:
            file.write(part.read_bytes().splitlines(keepends=True)[0] * 3)
        grown = desk.ingest([str(part)])
        assert (grown.requests, grown.duplicates) == (2, 1)
        assert differences(desk.store).keys() <= _EXPECTED


def test_a_key_that_was_logged_in_clear_keeps_its_traits(old: Path, tmp_path: Path) -> None:
    sql = "SELECT key_fingerprint, key_prefix, key_length, raw FROM requests WHERE request_id = 'req_keyed'"
    with opened(old) as desk:
        (before,) = desk.store.rows(sql)
    with opened(tmp_path / "new.duckdb") as desk:
        rebuild(desk.store, desk.settings, old)
        assert desk.store.rows(sql) == [before]
    assert before["key_length"] == 40
    assert "0123456789" not in before["raw"]


def test_a_second_rebuild_adds_nothing(old: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "new.duckdb") as desk:
        first = rebuild(desk.store, desk.settings, old)
        before = {name: rows for name, rows in content(desk.store).items() if "FROM batches" not in name}
        second = rebuild(desk.store, desk.settings, old)
        after = {name: rows for name, rows in content(desk.store).items() if "FROM batches" not in name}
        assert (second.read, second.stored, second.duplicates) == (first.read, 0, first.read)
        assert after == before
        assert differences(desk.store).keys() <= _EXPECTED


def test_a_store_with_lines_takes_what_it_lacks(old: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "new.duckdb") as desk:
        desk.ingest([str(write_lines(tmp_path / "other.log", [*request_lines(10), *request_lines(3, host="new")]))])
        report = rebuild(desk.store, desk.settings, old)
        assert report.duplicates == 10
        assert report.stored == report.read - 10
        assert differences(desk.store).keys() <= _EXPECTED


def test_formats_that_are_gone_are_detected(own: Path, tmp_path: Path) -> None:
    with opened(own) as desk, desk.store.transaction() as transaction:
        transaction.execute("UPDATE sources SET format = 'ours-of-once' WHERE path LIKE '%nginx.log'")
    with opened(tmp_path / "new.duckdb") as desk:
        report = rebuild(desk.store, desk.settings, own)
        assert report.left == 0
        assert len(desk.store.rows("SELECT 1 FROM requests WHERE starts_with(request_id, 'req_both')")) == 4


# --- damaged stores -----------------------------------------------------------------------------------------


def a_large_store(db: Path, folder: Path) -> int:
    """Make a store of several megabytes from two logs, and return how many requests it has."""
    folder.mkdir()
    for number in range(2):
        lines = [{**line, "message": os.urandom(300).hex()} for line in request_lines(5_000, host=f"web-{number}")]
        with opened(db) as desk:
            desk.ingest([str(write_lines(folder / f"{number}.log", lines))])
    return 10_000


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_what_is_left_of_a_store_that_was_cut_off_is_rebuilt(share: float, tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    requests = a_large_store(old, tmp_path / "logs")
    os.truncate(old, int(old.stat().st_size * share))
    with opened(tmp_path / "new.duckdb") as desk:
        report = rebuild(desk.store, desk.settings, old)
        assert report.read + report.left == requests
        assert report.left > 0
        assert desk.coverage().requests == report.read == report.requests
        assert differences(desk.store).keys() <= _EXPECTED
        # What could not be read is read again from the logs, and what could be is not stored twice.
        desk.ingest([str(tmp_path / "logs")])
        assert desk.coverage().requests == requests


def test_damaged_blocks_lose_their_own_rows_only(tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    requests = a_large_store(old, tmp_path / "logs")
    content = bytearray(old.read_bytes())
    middle = len(content) * 4 // 5 // 262_144 * 262_144 + 12_288
    content[middle : middle + 262_144] = os.urandom(262_144)
    old.write_bytes(content)
    with opened(tmp_path / "new.duckdb") as desk:
        report = rebuild(desk.store, desk.settings, old)
        assert report.read + report.left == requests
        assert report.left > 0
        assert report.read > requests / 3
        assert report.unread == {"requests": report.left}
        assert desk.coverage().requests == report.read
        # Its source is known, and yet not taken as read.
        desk.ingest([str(tmp_path / "logs")])
        assert desk.coverage().requests == requests


def test_a_store_that_does_not_open_is_refused_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    old.write_bytes(os.urandom(100_000))
    with opened(tmp_path / "new.duckdb") as desk, pytest.raises(StoreBroken, match=r"old\.duckdb"):
        rebuild(desk.store, desk.settings, old)


def test_a_damaged_store_that_does_not_open_is_not_sent_back_to_rebuild(own: Path, tmp_path: Path) -> None:
    content = bytearray(own.read_bytes())
    # Both headers of the file, which lead to the list of its tables.
    for offset in range(4096, 12_288):
        content[offset] ^= 0x5A
    own.write_bytes(content)
    with opened(tmp_path / "new.duckdb") as desk, pytest.raises(StoreBroken) as refused:
        rebuild(desk.store, desk.settings, own)
    assert str(refused.value).endswith("nothing of it can be read; restore a backup with pixeldesk restore")


def test_another_database_is_no_store(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("CREATE TABLE things AS SELECT 1 AS thing")
    with opened(tmp_path / "new.duckdb") as desk, pytest.raises(StoreVersionError, match=r"other\.duckdb is no store"):
        rebuild(desk.store, desk.settings, tmp_path / "other.duckdb")


def test_a_missing_store_and_the_store_itself_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path / "new.duckdb") as desk:
        with pytest.raises(StoreMissing, match=r"nothing\.duckdb"):
            rebuild(desk.store, desk.settings, tmp_path / "nothing.duckdb")
        with pytest.raises(UsageError, match="is the store itself"):
            rebuild(desk.store, desk.settings, desk.settings.db)


def test_a_rebuild_that_was_stopped_is_completed_by_the_next(old: Path, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(_: object) -> None:
        raise StoppedError

    with opened(old) as desk:
        before = content(desk.store)
    with opened(tmp_path / "new.duckdb") as desk:
        with pytest.raises(StoppedError):
            rebuild(desk.store, desk.settings, old, stop)
        report = rebuild(desk.store, desk.settings, old)
        assert report.duplicates > 0
        after = content(desk.store)
        assert {name for name, rows in after.items() if rows != before[name] and "FROM batches" not in name} == set()
        assert differences(desk.store).keys() <= _EXPECTED
