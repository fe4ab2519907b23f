"""A full disk costs one clear line and exit code 2 at any moment; with space again, the same command completes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.errors import StoreBroken, StoreFull
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.command import ROOT
from tests.survival.seen import IS_LONG, seen
from tests.survival.small_disk import LINES, no_file_larger_than

_UNSHARE = ["unshare", "--map-root-user", "--mount"]


def can_mount() -> bool:
    """Return whether this user may mount a small disk. If not, a limit on the size of files stands in for it."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run([*_UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    return tried.returncode == 0


WAY = "tmpfs" if can_mount() else "limit"
# From a size where not even an empty store fits, to one where everything fits but the checkpoint of the log.
SIZES = [int(4096 * 1.17**n) for n in range(47)] if IS_LONG else [1_000_000]
SAID = {
    "tmpfs": "no space left on the disk of {db}; free some and run the same command again",
    "limit": "{db} may not become larger: raise the limit on file sizes (ulimit -f) and try again",
}


def tried(way: str, folder: Path, *asked: object) -> list[Any]:
    command = [sys.executable, "-m", "tests.survival.small_disk", way, str(folder)]
    done = subprocess.run(
        [*(_UNSHARE if way == "tmpfs" else []), *command],
        input="".join(f"{size}\n" for size in asked), cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_store_is_created_completely_or_not_at_all(settings: Settings) -> None:
    # In the middle of its first twelve kilobytes.
    with no_file_larger_than(5000), pytest.raises(StoreFull, match="ulimit -f"):
        open_store(settings)
    assert list(settings.db.parent.iterdir()) == []
    open_store(settings).close()


def test_half_a_store_is_reported_as_broken(settings: Settings) -> None:
    open_store(settings).close()
    settings.db.write_bytes(settings.db.read_bytes()[:5000])
    with pytest.raises(StoreBroken, match="pixeldesk rebuild"):
        open_store(settings)


@pytest.mark.parametrize("way", {WAY, "limit"} if IS_LONG else {WAY})
def test_a_command_on_a_full_disk_says_so_and_the_next_one_completes(way: str, tmp_path: Path) -> None:
    results = tried(way, tmp_path, *SIZES)
    for size, found in zip(SIZES, results, strict=True):
        if found["code"]:
            said = SAID[way].format(db=tmp_path / str(size) / "x.duckdb")
            assert (found["code"], found["said"]) == (2, f"pixeldesk: {said}\n")
        committed = found["between"]["requests"]
        assert (found["between"]["differences"], committed == LINES) == ({}, found["code"] == 0)
        assert (found["second_code"], found["report"]["duplicates"]) == (0, 0)
        assert found["report"]["lines"] == LINES - committed
        assert found["after"] == {"requests": LINES, "differences": {}}
    full = sum(found["code"] == 2 for found in results)
    some = sum(0 < found["between"]["requests"] < LINES for found in results)
    assert full
    assert some
    seen(
        f"ingest on {len(SIZES)} disks too small ({way})",
        f"{full} times full, one line and exit 2; 0 lost, 0 doubled after the next run",
    )


def test_a_server_on_a_full_disk_stores_what_it_has_acknowledged(tmp_path: Path) -> None:
    (found,) = tried(WAY, tmp_path, "server")
    assert found["log"]["status"] == 503
    assert found["log"]["said"].startswith("the server has no space left; nothing of this post was stored")
    assert found["log"]["again"]["requests"] == 500
    db = tmp_path / "server" / "x.duckdb"
    assert found["checkpoint"] == SAID[WAY].format(db=db)
    # The engine then answers no more statements. A restarted process finds everything that was committed.
    assert found["then"].startswith(str(db))
    assert found["after"] == {"requests": 500, "differences": {}}
    seen("disk full in a server's log and checkpoint", "503 and sent again: 0 lost, 0 doubled; all committed kept")
