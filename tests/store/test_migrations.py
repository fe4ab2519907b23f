"""A store of an older version opens as one of the present version, with all that it held."""

import io
import logging
import os
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pixeldesk.desk.desk import Desk, close_the_desk, open_the_desk
from pixeldesk.errors import StoreError, StoreFull
from pixeldesk.ingest.following.files import FileFollower
from pixeldesk.retention.retain import retain
from pixeldesk.retention.rules import parse_rules
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from pixeldesk.store.backup import restore
from tests.command import environment, finish, run, start
from tests.log_lines import as_bytes, request_line, write_lines
from tests.pages.conftest import page_at
from tests.pages.reading import table, text_of
from tests.server.push.served import Client, served
from tests.store.old_stores import ENGINE, counted, move_in, old_versions, recount_of, unpack
from tests.store.stores.make_store import (
    IDEMPOTENCY_KEY,
    document,
    equal_lines,
    pushed_lines,
    some_lines,
    write_logs,
)
from tests.survival.small_disk import no_file_larger_than
from tests.whole_store import differences

# Where tables and batches of the saved stores disagree: of their requests 20 were dropped, with an event; two share an
# id on purpose; one has an implausible time.
DISAGREE = {"requests": 20, "events": 1, "per_minute": 19, "per_hour": 19, "ids_twice": 1}


@pytest.fixture(params=old_versions())
def version(request: pytest.FixtureRequest) -> int:
    """Return each version of which there is a store."""
    return int(request.param)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return a folder with the logs that the saved stores were made from."""
    folder = tmp_path / "logs"
    folder.mkdir()
    write_logs(folder)
    return folder


@pytest.fixture
def settings(version: int, tmp_path: Path, logs: Path) -> Settings:
    """Return settings for a store of an older version."""
    return move_in(unpack(version, tmp_path / "store" / "pixeldesk.duckdb"), logs)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    """Open a desk over a store that is migrated by that."""
    opened = Desk(settings, open_store(settings))
    yield opened
    opened.store.close()


def shape(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything that a database consists of but its rows."""
    asked = {
        "tables": "SELECT table_name, sql, temporary FROM duckdb_tables()",
        "columns": """SELECT table_name, column_name, column_index, data_type, is_nullable, column_default
            FROM duckdb_columns() WHERE NOT internal""",
        "constraints": "SELECT table_name, constraint_text, constraint_type FROM duckdb_constraints()",
        "indexes": "SELECT table_name, index_name, sql FROM duckdb_indexes()",
        "views": "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal",
        "sequences": "SELECT sequence_name, increment_by, cycle FROM duckdb_sequences()",
        "macros": """SELECT function_name, parameters, macro_definition FROM duckdb_functions()
            WHERE NOT internal AND function_type = 'macro'""",
    }
    with duckdb.connect(str(db), config=ENGINE) as connection:
        return {name: sorted(connection.execute(sql).fetchall(), key=repr) for name, sql in asked.items()}


def names(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


# --- the store ------------------------------------------------------------------------------------------------


def test_a_migrated_store_has_the_schema_of_a_new_one(version: int, tmp_path: Path) -> None:
    migrated, new = tmp_path / "migrated.duckdb", tmp_path / "new.duckdb"
    for db in (unpack(version, migrated), new):
        open_store(Settings(db=db)).close()
    assert shape(migrated) == shape(new)


@pytest.mark.parametrize("read_only", [False, True])
def test_everything_is_there_and_the_old_store_beside_it(
    version: int, read_only: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    db = unpack(version, tmp_path / "pixeldesk.duckdb")
    assert counted(db) == recount_of(version)
    before = db.read_bytes()
    with caplog.at_level(logging.WARNING):
        store = open_store(Settings(db=db), read_only=read_only)
    assert differences(store) == DISAGREE
    store.close()
    old = tmp_path / f"pixeldesk.schema-{version}.duckdb"
    assert names(tmp_path) == [db.name, old.name]
    found, expected = counted(db), recount_of(version)
    # The last batch of a source has a correction: its second lines count among the events now.
    assert found.pop("batches")["rows"] == expected.pop("batches")["rows"]
    assert (found, old.read_bytes()) == (expected, before)
    (message,) = caplog.messages
    assert str(db) in message and str(old) in message
    caplog.clear()
    open_store(Settings(db=db)).close()
    assert caplog.messages == []


def test_states_of_sources_are_columns(desk: Desk, logs: Path, version: int) -> None:
    rows = desk.store.rows("SELECT path, state, retired_at, finished FROM sources")
    states = {(row["path"].rpartition("/")[2], row["state"]): row["finished"] for row in rows}
    assert all((row["retired_at"] is None) is (row["state"] == "present") for row in rows)
    assert {name: is_finished for name, is_finished in states.items() if name[1] != "present"} == {
        ("replaced.log", "replaced"): True, ("broken.log", "replaced"): True,
        ("cut.log", "replaced"): True, ("gone.log", "gone"): True,
    }  # fmt: skip
    # Version 3 did not say of a pipe that it was read to its end.
    unfinished = {"begun.log", "-"} if version == 3 else {"begun.log"}
    assert {name for (name, _), is_finished in states.items() if not is_finished} == unfinished
    shown = {row["source"] for row in desk.query("sources_read")}
    assert f"{logs}/replaced.log (replaced 2026-11-17 08:00:00 UTC)" in shown
    assert f"{logs}/followed/gone.log (gone 2026-11-17 08:00:00 UTC)" in shown


@pytest.mark.parametrize("read_only", [False, True])
def test_the_write_ahead_log_is_part_of_the_store(version: int, read_only: bool, tmp_path: Path) -> None:
    written, db = unpack(version, tmp_path / "written.duckdb"), tmp_path / "pixeldesk.duckdb"
    with duckdb.connect(str(written), config=ENGINE) as connection:
        connection.execute("SET checkpoint_threshold = '1GB'")
        connection.execute("INSERT INTO meta VALUES ('added', 'late')")
        for suffix in ("", ".wal"):
            # Copied by another process: this one would lose its lock.
            subprocess.run(["cp", f"{written}{suffix}", f"{db}{suffix}"], check=True)
    store = open_store(Settings(db=db), read_only=read_only)
    assert store.rows("SELECT value FROM meta WHERE name = 'added'") == [{"value": "late"}]
    store.close()
    with duckdb.connect(str(tmp_path / f"pixeldesk.schema-{version}.duckdb"), config=ENGINE) as old:
        assert old.execute("SELECT value FROM meta WHERE name = 'added'").fetchall() == [("late",)]


# --- what is done with it afterwards ----------------------------------------------------------------------------


@pytest.mark.parametrize("touched", [False, True])
def test_reading_the_same_files_again_adds_nothing(desk: Desk, logs: Path, touched: bool) -> None:
    if touched:
        for path in logs.iterdir():
            os.utime(path)
    report = desk.ingest([str(logs)])
    # Two files end without a line end: these lines are read once more.
    assert (report.lines, report.unchanged) == ((2, 0) if touched else (0, 11))
    again = desk.ingest(["-"], standard_input=io.BytesIO(as_bytes([*some_lines("piped", 0, 5), "piped, and no JSON"])))
    assert (again.lines, again.duplicates) == (6, 6)
    same = as_bytes([*some_lines("upload", 0, 5), "uploaded, and no JSON"])
    assert desk.ingest_upload("ticket.log", same).unchanged == 1
    assert desk.ingest_upload("other.log", same).duplicates == 6
    # Each pipe is a source of its own.
    assert differences(desk.store) == DISAGREE | {"names_twice": 1}


def test_of_grown_files_only_what_is_new_is_read(desk: Desk, logs: Path) -> None:
    with (logs / "app.log").open("ab") as file:
        file.write(as_bytes([request_line(request_id="req_new"), "no JSON either"]))
    with (logs / "half.log").open("ab") as file:
        # The rest of a line that was quarantined when it had no end.
        file.write(as_bytes(some_lines("half", 2, 3))[-100:])
    with (logs / "cloudwatch.json").open("a") as text:
        text.write(document(3))
    (logs / "begun.log").write_bytes(as_bytes(some_lines("begun", 0, 60)))
    report = desk.ingest([str(logs)])
    assert (report.requests, report.quarantined, report.duplicates) == (1 + 1 + 1 + 48, 1, 0)
    assert differences(desk.store) == DISAGREE


def test_what_an_older_version_stored_stands_for_all_lines_of_its_text(logs: Path, tmp_path: Path) -> None:
    settings = move_in(unpack(4, tmp_path / "store" / "pixeldesk.duckdb"), logs)
    with closing(open_store(settings)) as store:
        desk = Desk(settings, store)
        renamed = write_lines(logs / "renamed.log", equal_lines(9))
        assert desk.ingest([str(renamed)]).duplicates == 9
        assert store.rows("SELECT * FROM repeated_lines") == []
        new = write_lines(logs / "new.log", [{**equal_lines(1)[0], "status": "429"}] * 3)
        assert desk.ingest([str(new)]).requests == 3
        assert differences(store) == DISAGREE


def test_a_follower_goes_on(desk: Desk, logs: Path) -> None:
    (logs / "cut.log").write_bytes(as_bytes(some_lines("anew", 0, 5)))
    (logs / "followed").mkdir()
    (logs / "cut.log").rename(logs / "followed" / "cut.log")
    (logs / "followed" / "cut.log.1").write_bytes(as_bytes(some_lines("cut.", 0, 7)))
    follower = FileFollower(desk.store, desk.settings, [str(logs / "followed")])
    follower.poll()
    follower.close()
    assert (follower.report.counts.requests, follower.report.counts.duplicates) == (2 + 2, 0)
    assert desk.query("losses", limit=9) == []
    assert differences(desk.store) == DISAGREE


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("req_app0003", "req_app0003"),
        ("nginx-0123456789a002", "app-0123456789abc002"),
        ("req_doc1", "req_doc1"),
        ("req_push2-004", "req_push2-004"),
    ],
)
def test_requests_are_found(desk: Desk, asked: str, found: str) -> None:
    answer = desk.diagnosed(desk.lookup(asked)).as_json()
    assert [card["request_id"] for card in answer["found"]] == [found]


def test_refused_lines_are_tried_again(desk: Desk, logs: Path, version: int) -> None:
    report = desk.retry_quarantine()
    assert (report.tried, report.requests, report.still, report.not_found) == (21, 0, 21, 0)
    desk.settings = desk.settings.model_copy(update={"max_line_bytes": 1 << 20})
    assert desk.retry_quarantine().requests == 1
    (logs / "app.log").unlink()
    report = desk.retry_quarantine()
    # Version 3 had an excerpt only, which was not the whole of five long lines, of one unmapped and of two in bytes.
    assert (report.tried, report.still, report.not_found) == (20, *((12, 8) if version == 3 else (20, 0)))
    assert differences(desk.store) == DISAGREE


def test_a_push_with_the_same_key_is_a_repeat(desk: Desk) -> None:
    with served(desk) as port:
        client = Client(port)
        again = client.post(pushed_lines(1), Idempotency_Key=IDEMPOTENCY_KEY).json
        assert (again["replayed"], again["requests"]) == (True, 8)
        new = client.post(as_bytes([*some_lines("push3-", 0, 2), *some_lines("push2-", 0, 2)])).json
        assert (new["requests"], new["duplicates"]) == (2, 2)
    assert differences(desk.store) == DISAGREE


def test_dropped_days_stay_dropped(desk: Desk, logs: Path) -> None:
    rules, now = parse_rules("*=30d"), datetime(2026, 11, 17)
    assert retain(desk.store, rules, now).days == 0
    os.utime(logs / "old.log")
    (logs / "old.log").rename(logs / "renamed.log")
    assert desk.ingest([str(logs / "renamed.log")]).requests == 20
    assert retain(desk.store, rules, now).requests == 20
    assert differences(desk.store) == DISAGREE | {"requests": 40, "events": 2}


def test_pages_show_it(settings: Settings, logs: Path) -> None:
    open_the_desk(settings)
    try:
        sources = page_at("sources/page.py").run()
        shown = table(sources, "What was read")
        assert f"{logs}/broken.log (replaced 2026-11-17 08:00:00 UTC)" in set(shown["source"])
        assert sum(table(sources, "Why lines were refused")["lines"]) == 16
        find = page_at()
        find.query_params["request_id"] = ["req_app0003"]
        assert "req_app0003" in text_of(find.run())
    finally:
        close_the_desk()


# --- when something is in the way -------------------------------------------------------------------------------


def test_commands_at_once_migrate_once(settings: Settings) -> None:
    commands = [start("lookup", f"req_app000{n}", "--db", settings.db) for n in range(3)]
    done = [finish(command) for command in commands]
    assert [each.code for each in done] == [0, 0, 0], done
    assert sum("was migrated" in each.err for each in done) == 1
    assert len(names(settings.db.parent)) == 2


def test_a_command_that_reads_migrates_too(settings: Settings) -> None:
    done = run("lookup", "req_app0003", "--db", settings.db, "--json")
    assert (done.code, done.err.count("\n"), len(done.json["found"])) == (0, 1, 1)


def test_a_process_that_has_the_store_is_waited_for_by_nobody(settings: Settings) -> None:
    before = settings.db.read_bytes()
    program = (
        f"import duckdb, sys; c = duckdb.connect({str(settings.db)!r}); print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert f"process {other.pid}" in run("lookup", "req_app0003", "--db", settings.db).complaint
        other.communicate(b"\n")
    assert settings.db.read_bytes() == before


def test_nothing_is_overwritten(version: int, settings: Settings) -> None:
    first = settings.db.with_name(f"pixeldesk.schema-{version}.duckdb")
    first.write_bytes(b"another copy")
    open_store(settings).close()
    assert first.read_bytes() == b"another copy"
    assert counted(settings.db.with_name(f"pixeldesk.schema-{version}.2.duckdb"))["requests"]["rows"] > 0


def test_a_copy_that_was_not_finished_is_deleted(version: int, settings: Settings) -> None:
    folder = settings.db.parent
    (folder / f".{settings.db.name}.migrating.0badc0de.new").write_bytes(b"half a copy")
    # Killed after the old file got its second name.
    os.link(settings.db, folder / f"pixeldesk.schema-{version}.duckdb")
    open_store(settings).close()
    assert names(folder) == ["pixeldesk.duckdb", f"pixeldesk.schema-{version}.duckdb"]


def test_a_file_system_without_hard_links(version: int, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings.db.read_bytes()

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    open_store(settings).close()
    assert settings.db.with_name(f"pixeldesk.schema-{version}.duckdb").read_bytes() == before
    assert len(names(settings.db.parent)) == 2


def test_a_folder_that_cannot_be_locked(version: int, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr("fcntl.flock", refuse)
    open_store(settings).close()
    assert names(settings.db.parent) == ["pixeldesk.duckdb", f"pixeldesk.schema-{version}.duckdb"]


def test_too_little_space_is_said_before_anything_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = settings.db.read_bytes()
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    with pytest.raises(StoreFull, match=r"has to be migrated to schema version .* free; make room"):
        open_store(settings, read_only=True)
    assert (names(settings.db.parent), settings.db.read_bytes()) == (["pixeldesk.duckdb"], before)


@pytest.mark.parametrize("room", [4096, -100_000])
def test_a_disk_that_is_full_leaves_the_old_store(settings: Settings, room: int, version: int) -> None:
    """Either the migration of the copy does not fit, or the copy itself."""
    before = settings.db.read_bytes()
    with no_file_larger_than(len(before) + room), pytest.raises(StoreError):
        open_store(settings)
    assert (names(settings.db.parent), settings.db.read_bytes()) == (["pixeldesk.duckdb"], before)
    open_store(settings).close()
    assert counted(settings.db)["requests"] == recount_of(version)["requests"]


def test_a_backup_of_an_older_version_is_restored(version: int, tmp_path: Path) -> None:
    backup = unpack(version, tmp_path / "backup.duckdb")
    before = backup.read_bytes()
    settings = Settings(db=tmp_path / "store" / "pixeldesk.duckdb")
    restore(settings, backup, None)
    store = open_store(settings)
    assert differences(store) == DISAGREE
    store.close()
    assert (names(settings.db.parent), backup.read_bytes()) == (["pixeldesk.duckdb"], before)
