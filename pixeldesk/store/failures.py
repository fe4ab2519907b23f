"""Translate the engine's errors into pixeldesk's own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pixeldesk.errors import StoreBroken, StoreError, StoreFull, StoreLocked, StoreMissing, StoreVersionError

_HOLDER = re.compile(r"Conflicting lock is held in .*?\(PID (\d+)\)")


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Raise the engine's errors as StoreError or a subclass: one line with the store's path and a remedy."""
    try:
        yield
    except duckdb.Error as error:
        raise _translated(path, error) from error


def _translated(path: Path, error: duckdb.Error) -> StoreError:
    text = str(error)
    if "Could not set lock" in text:
        holder = _HOLDER.search(text)
        pid = int(holder[1]) if holder else None
        who = f"process {pid}" if pid else "another process"
        return StoreLocked(f"the store {path} is held by {who}; wait for it or stop it, then try again", pid)
    if isinstance(error, duckdb.InterruptException):
        return StoreError(f"{path} is being closed")
    if "No space left" in text and "invalidated" in text:
        # A checkpoint ran out of space. Committed data stays in the write-ahead log beside the file.
        return StoreFull(f"{path} was closed as its disk was full; free some and start this process again")
    if "No space left" in text:
        return StoreFull(f"no space left on the disk of {path}; free some and run the same command again")
    if "File too large" in text:
        return StoreFull(f"{path} may not become larger: raise the limit on file sizes (ulimit -f) and try again")
    if isinstance(error, duckdb.OutOfMemoryException):
        return StoreFull(f"{path} needs more memory than allowed; raise PIXELDESK_MEMORY_MIB and try again")
    if "version number" in text or "storage version" in text.lower():
        return StoreVersionError(f"{path} was written by another version of DuckDB; {_rebuild(path)}")
    if "not a valid DuckDB database" in text:
        return StoreBroken(f"{path} is not a pixeldesk store; give --db another path")
    if "No such file" in text or ("does not exist" in text and "database" in text):
        return StoreMissing(f"there is no store at {path}; make one with: pixeldesk ingest PATH")
    if "Is a directory" in text:
        return StoreError(f"{path} is a folder; --db takes a file")
    if "Permission denied" in text:
        return StoreError(f"{path} may not be opened by this user; change its owner or its mode")
    if isinstance(error, duckdb.FatalException) or any(
        sign in text for sign in ("orrupt", "checksum", "Could not read enough bytes")
    ):
        return StoreBroken(f"{path} is damaged ({_first_line(text)}); {_rebuild(path)}")
    return StoreError(f"{path}: {_first_line(text)}")


def _rebuild(path: Path) -> str:
    return f"move {path.name} and {path.name}.wal aside and ingest the logs again: the logs are the truth"


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:300]
