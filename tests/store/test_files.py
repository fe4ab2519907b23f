"""Nobody but its owner reads what lies beside a store, and no secret is in what the engine spills."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.desk.doctor import examine
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from pixeldesk.store.files import spill_folder, spilled_files
from tests.command import ROOT

# Rows that do not compress, and one that has a file of its own.
SPILL = """
import sys, pathlib
from pixeldesk.desk.desk import Desk
from pixeldesk.desk.doctor import examine
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
store = open_store(Settings(db=pathlib.Path(sys.argv[1]), memory_mib=256))
with store.transaction() as transaction:
    transaction.execute("SET GLOBAL memory_limit = '64MiB'")
    transaction.execute('''CREATE TEMP TABLE t AS
        SELECT 'password=SPILLSECRET' || n || repeat(sha256(n::VARCHAR), 6) AS line
        FROM range(150_000) AS numbers (n)''')
    transaction.execute("CREATE TEMP TABLE large (line VARCHAR)")
    for n in range(60):
        transaction.execute(f"INSERT INTO large SELECT repeat('password=SPILLSECRET', 50_000) || {n}")
    print(transaction.value("SELECT count(DISTINCT line) FROM t"), transaction.value("SELECT count(*) FROM large"))
    sys.stdout.flush()
    sys.stdin.read()
"""


def leave_spills(db: Path) -> list[Path]:
    """Kill a process that has spilled. Returns the files that it left."""
    command = [sys.executable, "-c", SPILL, str(db)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, umask=0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"150000 60\n"
        process.send_signal(signal.SIGKILL)
    return spilled_files(db)


def test_what_the_engine_spills_is_encrypted_and_removed_by_the_next_owner(settings: Settings) -> None:
    left = leave_spills(settings.db)
    assert sum(file.stat().st_size for file in left) > 20 << 20
    assert not [file.name for file in left if b"SPILLSECRET" in file.read_bytes()]
    reader = open_store(settings, read_only=True)
    # It is not alone, but it takes the files away from others.
    assert spilled_files(settings.db) == left
    assert not [file for file in (*left, spill_folder(settings.db)) if file.stat().st_mode & 0o077]
    said, *_ = examine(Desk(settings, reader)).wrong
    assert said.startswith(f"{spill_folder(settings.db)}: ")
    assert said.endswith("the next command that writes to the store removes them")
    reader.close()
    own = spill_folder(settings.db) / f"duckdb_temp_{os.getpid()}_0_storage_DEFAULT-0.tmp"
    own.touch()
    mine = spill_folder(settings.db) / "notes.txt"
    mine.touch()
    open_store(settings).close()
    assert set(spill_folder(settings.db).iterdir()) == {own, mine}
    os.utime(own, (0, 0))
    mine.unlink()
    open_store(settings).close()
    assert not spill_folder(settings.db).exists()


@pytest.mark.parametrize("read_only", [False, True])
def test_files_that_others_can_read_are_taken_away_from_them(settings: Settings, read_only: bool) -> None:
    open_store(settings).close()
    beside = [
        settings.db.with_name(settings.db.name + ending)
        for ending in (".marks.ndjson", ".alerts.ndjson", ".alerts.lock", ".2026-11-16T000000.0Z.former")
    ]
    for file in (settings.db, *beside):
        file.touch()
        file.chmod(0o644)
    theirs = settings.db.with_name("of-somebody-else")
    theirs.touch()
    theirs.chmod(0o644)
    link = settings.db.with_name(settings.db.name + ".server.json")
    link.symlink_to(theirs)
    open_store(settings, read_only=read_only).close()
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in (settings.db, *beside)} == {
        file.name: "0o600" for file in (settings.db, *beside)
    }
    assert theirs.stat().st_mode & 0o777 == 0o644


def test_a_folder_in_which_every_user_may_replace_files_is_named(desk: Desk) -> None:
    folder = desk.store.path.parent
    folder.chmod(0o777)
    (said,) = examine(desk).wrong
    assert said == (
        f"every user of this machine may replace files in {folder}, those of the store too; "
        f"chmod o-w {folder}, or give the store a folder of its own in it"
    )
    folder.chmod(0o1777)
    assert not examine(desk).wrong
