"""A backup is a whole store, made while others read and write; a restore takes its place or changes nothing."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pixeldesk.errors import StoreBroken, StoreFull, StoreMissing, UsageError
from pixeldesk.settings import Settings
from pixeldesk.store import Store, open_store
from pixeldesk.store import file_copy as file_copy_module
from pixeldesk.store.backup import backup, restore
from pixeldesk.store.file_copy import log_of
from tests.command import ROOT, run
from tests.store.test_store import INDEXES, add, count, indexes


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """Open a store of three requests."""
    opened = open_store(settings)
    add(opened, 0, 3)
    yield opened
    opened.close()


def requests_in(path: Path, settings: Settings) -> int:
    """Return the number of requests in a store that is not open."""
    opened = open_store(settings.model_copy(update={"db": path}))
    try:
        return count(opened)
    finally:
        opened.close()


def left_over(folder: Path) -> list[str]:
    """Return the temporary files of a folder."""
    return [path.name for path in folder.iterdir() if ".new" in path.name]


# --- backup -------------------------------------------------------------------------------------------------


def test_no_other_process_may_open_the_store_after_a_backup(store: Store, settings: Settings, tmp_path: Path) -> None:
    backup(store, settings, tmp_path / "copy.duckdb")
    assert "is held by process" in run("lookup", "req_1", "--db", store.path).complaint


def test_a_backup_is_one_file_that_opens_as_a_store(store: Store, settings: Settings, tmp_path: Path) -> None:
    to = tmp_path / "copy.duckdb"
    made = backup(store, settings, to)
    assert (made.path, made.bytes, made.requests) == (to, to.stat().st_size, 3)
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert not log_of(to).exists()
    assert left_over(tmp_path) == []
    assert requests_in(to, settings) == 3


def test_a_backup_has_what_is_only_in_the_log(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_checkpoint", lambda: None)  # As when another transaction prevents it.
    add(store, 3, 5)
    assert log_of(store.path).stat().st_size > 0
    made = backup(store, settings, tmp_path / "copy.duckdb")
    assert made.requests == 5
    assert not log_of(made.path).exists()


def test_backups_beside_a_writer_have_whole_transactions(store: Store, settings: Settings, tmp_path: Path) -> None:
    is_done = threading.Event()
    written = 3

    def write() -> None:
        nonlocal written
        while not is_done.is_set():
            add(store, written, written + 7)
            written += 7

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup(store, settings, tmp_path / f"{number}.duckdb") for number in range(4)]
    finally:
        is_done.set()
        writer.join()
    assert all(each.requests % 7 == 3 for each in made)
    assert [requests_in(each.path, settings) for each in made] == [each.requests for each in made]
    assert sorted(each.requests for each in made) == [each.requests for each in made]


def test_a_backup_into_a_folder_gets_a_dated_name(store: Store, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    made = backup(store, settings, folder)
    assert made.path.parent == folder
    assert made.path.name.startswith(settings.db.stem + "-20")


def test_a_backup_overwrites_a_file_only_if_asked_to(store: Store, settings: Settings, tmp_path: Path) -> None:
    to = tmp_path / "copy.duckdb"
    backup(store, settings, to)
    add(store, 3, 4)
    with pytest.raises(UsageError, match=r"copy.duckdb exists; give another path, or --replace"):
        backup(store, settings, to)
    assert requests_in(to, settings) == 3
    assert backup(store, settings, to, replace=True).requests == 4


@pytest.mark.parametrize("replace", [False, True])
def test_a_backup_never_overwrites_the_store(store: Store, settings: Settings, replace: bool) -> None:
    with pytest.raises(UsageError, match=r"is the store itself"):
        backup(store, settings, settings.db, replace=replace)
    assert count(store) == 3


def test_a_backup_needs_its_folder(store: Store, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder .*missing"):
        backup(store, settings, tmp_path / "missing" / "copy.duckdb")


def test_a_backup_without_space_writes_nothing(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_copy_module, "_MARGIN_BYTES", 1 << 60)
    with pytest.raises(StoreFull, match=r"no space for a copy"):
        backup(store, settings, tmp_path / "copy.duckdb")
    assert left_over(tmp_path) == []
    assert not (tmp_path / "copy.duckdb").exists()


def test_the_journals_go_with_a_backup(store: Store, settings: Settings, tmp_path: Path) -> None:
    settings.marks_file.write_text("marks\n")
    backup(store, settings, tmp_path / "copy.duckdb")
    assert settings.model_copy(update={"db": tmp_path / "copy.duckdb"}).marks_file.read_text() == "marks\n"


# --- restore ------------------------------------------------------------------------------------------------


def test_an_open_store_goes_on_with_what_was_restored(store: Store, settings: Settings, tmp_path: Path) -> None:
    made = backup(store, settings, tmp_path / "copy.duckdb")
    add(store, 3, 9)
    restored = restore(settings, made.path, store)
    assert (restored.requests, count(store), indexes(store)) == (3, 3, INDEXES)
    assert store.generation == 1
    add(store, 3, 4)
    assert count(store) == 4
    assert restored.former is not None
    assert requests_in(restored.former, settings) == 9


def test_readers_wait_for_a_restore(store: Store, settings: Settings, tmp_path: Path) -> None:
    made = backup(store, settings, tmp_path / "copy.duckdb")
    add(store, 3, 9)
    is_done = threading.Event()
    seen: set[int] = set()
    wrong: list[str] = []

    def read() -> None:
        while not is_done.is_set():
            try:
                seen.add(count(store))
            except Exception as error:  # Only a query that was running may be interrupted.
                if "is being closed" not in str(error):
                    wrong.append(str(error))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(3):
            restore(settings, made.path, store)
    finally:
        is_done.set()
        for reader in readers:
            reader.join()
    assert wrong == []
    assert seen <= {3, 9}
    assert count(store) == 3


def test_a_damaged_backup_changes_nothing(store: Store, settings: Settings, tmp_path: Path) -> None:
    made = backup(store, settings, tmp_path / "copy.duckdb")
    made.path.write_bytes(made.path.read_bytes()[: 3 * 4096] + b"x" * 4096)
    with pytest.raises(StoreBroken, match=r"copy.duckdb"):
        restore(settings, made.path, store)
    assert count(store) == 3
    assert store.generation == 0
    assert left_over(settings.db.parent) == []


def test_a_restore_replaces_a_store_that_does_not_open(store: Store, settings: Settings, tmp_path: Path) -> None:
    made = backup(store, settings, tmp_path / "copy.duckdb")
    store.close()
    settings.db.write_bytes(b"rubbish")
    log_of(settings.db).write_bytes(b"rubbish of a log")
    restored = restore(settings, made.path, None)
    assert requests_in(settings.db, settings) == 3
    assert restored.former is not None
    assert restored.former.read_bytes() == b"rubbish"
    assert log_of(restored.former).read_bytes() == b"rubbish of a log"


def test_a_restore_needs_no_store(store: Store, settings: Settings, tmp_path: Path) -> None:
    made = backup(store, settings, tmp_path / "copy.duckdb")
    new = settings.model_copy(update={"db": tmp_path / "elsewhere" / "new.duckdb"})
    assert restore(new, made.path, None).former is None
    assert requests_in(new.db, settings) == 3


def test_a_restore_needs_a_backup(store: Store, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match=r"there is no backup at .*nothing.duckdb"):
        restore(settings, tmp_path / "nothing.duckdb", store)
    with pytest.raises(UsageError, match=r"is the store itself"):
        restore(settings, settings.db, store)


def test_a_restore_keeps_the_journal_of_the_store(store: Store, settings: Settings, tmp_path: Path) -> None:
    settings.alerts_file.write_text("alerts of then\n")
    settings.marks_file.write_text("marks of then\n")
    made = backup(store, settings, tmp_path / "copy.duckdb")
    settings.marks_file.write_text("marks of now\n")
    settings.alerts_file.unlink()
    restore(settings, made.path, store)
    assert settings.marks_file.read_text() == "marks of now\n"
    assert settings.alerts_file.read_text() == "alerts of then\n"


# A process is killed at every so manyth line of the store's code; `make kills` tries every line.
_STRIDE = 1 if "PIXELDESK_KILLS" in os.environ else 7
_RESTORE = """
import os, signal, sys
from pathlib import Path
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
settings = Settings(db=Path(sys.argv[1]))
step, seen = int(sys.argv[3]), 0

def counted(frame, event, argument):
    global seen
    if event == "line" and frame.f_code.co_filename.endswith(("backup.py", "file_copy.py")):
        seen += 1
        if seen == step:
            os.kill(os.getpid(), signal.SIGKILL)
    return counted

from pixeldesk.store.backup import restore
store = open_store(settings)
sys.settrace(counted)
restore(settings, Path(sys.argv[2]), store)
sys.settrace(None)
print("restored")
"""


def test_a_restore_that_is_killed_leaves_one_of_the_two_stores(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    made = backup(store, settings, tmp_path / "copy.duckdb")
    add(store, 3, 9)
    store.close()
    found = set()
    step = 1
    while True:
        copy = settings.model_copy(update={"db": tmp_path / f"at-{step}.duckdb"})
        copy.db.write_bytes(settings.db.read_bytes())
        process = subprocess.run(
            [sys.executable, "-c", _RESTORE, copy.db, made.path, str(step)], cwd=ROOT, capture_output=True, check=False
        )
        found.add(requests_in(copy.db, settings))
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, process.stderr
        step += _STRIDE
    assert found == {3, 9}


def test_a_backup_does_not_take_over_the_log_of_a_store_that_was_there(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    to = tmp_path / "copy.duckdb"
    log_of(to).write_bytes(b"the log of another store")
    backup(store, settings, to)
    assert not log_of(to).exists()
    assert requests_in(to, settings) == 3


_KILLED = """
import os, sys
from pathlib import Path
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.store.test_store import add
store = open_store(Settings(db=Path(sys.argv[1])))
add(store, 0, 9)
os._exit(0)
"""


def test_the_log_of_another_store_is_named(settings: Settings) -> None:
    """As after `rm pixeldesk.duckdb`, which leaves the log of a store whose process was killed."""
    subprocess.run([sys.executable, "-c", _KILLED, settings.db], cwd=ROOT, check=True)
    assert log_of(settings.db).stat().st_size > 0
    settings.db.unlink()
    with pytest.raises(StoreBroken, match=r"duckdb\.wal is the log of another store.*move it aside"):
        open_store(settings)
    log_of(settings.db).rename(settings.db.with_name("aside.wal"))
    open_store(settings).close()
