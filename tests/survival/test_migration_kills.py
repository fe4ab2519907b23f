"""kill -9 of a process that migrates a store: the next one migrates it, and nothing is lost, whenever it was."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import environment
from tests.conftest import ROOT
from tests.store.old_stores import counted, old_versions, recount_of, unpack
from tests.survival.seen import seen

# `make kills` raises it.
KILLS = int(os.environ.get("PIXELDESK_KILLS", "6"))
# Prints a line once everything is imported. Times count from there, however slow the machine is.
MIGRATE = """
import sys
from pathlib import Path
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
print("ready", flush=True)
open_store(Settings(db=Path(sys.argv[1]))).close()
"""


def start(db: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", MIGRATE, str(db)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def finish(db: Path) -> float:
    """Migrate a store, and return how many seconds that took, not counting imports."""
    process = start(db)
    begun = time.monotonic()
    process.communicate()
    assert process.returncode == 0
    return time.monotonic() - begun


def test_killed_at_any_moment_of_a_migration(tmp_path: Path) -> None:
    # The oldest one takes longest.
    version = old_versions()[0]
    original = unpack(version, tmp_path / "original.duckdb")
    expected = recount_of(version)
    batches = expected.pop("batches")["rows"]
    moments = random.Random(KILLS)
    shutil.copyfile(original, tmp_path / "whole.duckdb")
    takes_s = finish(tmp_path / "whole.duckdb")
    left: dict[str, int] = {"a copy": 0, "the old store": 0, "the new store": 0}
    kills = 0
    while kills < KILLS or not left["a copy"]:
        folder = tmp_path / str(kills)
        folder.mkdir()
        db = folder / "pixeldesk.duckdb"
        shutil.copyfile(original, db)
        # Once in three times it is killed again.
        for _ in range(1 + (kills % 3 == 0)):
            process = start(db)
            try:
                # At a random time in each quarter in turn.
                process.communicate(timeout=takes_s * (kills % 4 + moments.random()) / 4)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        left["a copy"] += any(".migrating." in path.name for path in folder.iterdir())
        left["the old store" if db.stat().st_nlink > 1 or len(list(folder.iterdir())) == 1 else "the new store"] += 1
        open_store(Settings(db=db)).close()
        recount = counted(db)
        # The migration corrects the counts of batches.
        assert recount.pop("batches")["rows"] == batches
        assert recount == expected
        old = folder / f"pixeldesk.schema-{version}.duckdb"
        assert sorted(folder.iterdir()) == [db, old]
        assert old.read_bytes() == original.read_bytes()
        shutil.rmtree(folder)
        kills += 1
        # The machine may be slower or quicker by now: the next ones fall later or earlier, until one is in the middle.
        if not left["a copy"]:
            takes_s *= 1.5 if not left["the new store"] else 0.75
    found = ", ".join(f"{name} {count:,} times" for name, count in left.items())
    seen(f"kill -9 of {kills:,} migrations", f"left {found}; every store opened and was migrated, 0 lost")
