"""The files of a store: its own, the engine's, and those that lie beside it."""

import glob
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pixeldesk.store.file_copy import log_of

# The names, after that of the store, of the journals, the lock and the server file.
_BESIDE = (".server.json", ".alerts.ndjson", ".alerts.lock", ".marks.ndjson")
# How the engine names what it spills; the number of the process comes next.
_SPILLED = "duckdb_temp_"
_STARTED_AT = time.time()


def spill_folder(path: Path) -> Path:
    """Return the folder to which the engine spills rows when its memory is short."""
    return path.with_name(path.name + ".tmp")


def spilled_files(path: Path) -> list[Path]:
    """Return the files in a store's spill folder: rows of statements that run, or of a process that was killed."""
    return sorted(spill_folder(path).glob(f"{_SPILLED}*"))


def stale_spills(path: Path) -> list[Path]:
    """Return what processes have spilled that do not run any more."""
    return [file for file in spilled_files(path) if not _is_running(file)]


def remove_stale_spills(path: Path) -> None:
    """Remove what killed processes have spilled. Only for the process that has the store to itself.

    The names have the number of the process, which an earlier process may have had too: in a container it is often 1.
    """
    for file in spilled_files(path):
        with suppress(OSError):
            is_ours = file.name.startswith(f"{_SPILLED}{os.getpid()}_")
            if not is_ours or file.lstat().st_mtime < _STARTED_AT:
                file.unlink()
    with suppress(OSError):  # It is not there, or not empty.
        spill_folder(path).rmdir()


def older_copies(path: Path) -> list[Path]:
    """Return the files that hold a store as it was before it was migrated, or before another was restored."""
    migrated = path.parent.glob(glob.escape(path.stem) + ".schema-*" + glob.escape(path.suffix))
    restored = path.parent.glob(glob.escape(path.name) + ".*.former*")
    return sorted([*migrated, *restored])


def _is_running(spilled: Path) -> bool:
    number = spilled.name.removeprefix(_SPILLED).partition("_")[0]
    try:
        os.kill(int(number), 0)
    except PermissionError:  # It is another user's.
        return True
    except (ValueError, OSError, OverflowError):
        return False
    return True


def files_of(path: Path) -> Iterator[Path]:
    """Yield the files and folders of the store at `path` that are there."""
    yield from (path.resolve(), log_of(path), spill_folder(path), *spilled_files(path))
    for ending in _BESIDE:
        yield from path.parent.glob(glob.escape(path.name) + ending)
    yield from older_copies(path)
