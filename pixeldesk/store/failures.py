"""Translate the engine's errors into pixeldesk's own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pixeldesk.errors import StoreBroken, StoreError, StoreFull, StoreLocked, StoreMissing, StoreVersionError

_HOLDER = re.compile(r"Conflicting lock is held in .*?\(PID (\d+)\)")
_RESTORE = "restore a backup with pixeldesk restore"
_REBUILD = f"{_RESTORE}, or save what can be read: pixeldesk rebuild {{path}} --db NEW"
NOTHING_LEFT = f"nothing of it can be read; {_RESTORE}"
"""What is left to do about a damaged store of which a rebuild has found nothing."""


@dataclass(frozen=True)
class _Translation:
    """Our error for an engine's error of a class, or with a text that matches. `message` is a format string."""

    error: type[StoreError]
    message: str
    text: str | None = None
    kind: type[duckdb.Error] | None = None

    def matches(self, error: duckdb.Error) -> bool:
        if self.kind is not None and isinstance(error, self.kind):
            return True
        return self.text is not None and re.search(self.text, str(error), re.DOTALL) is not None


# The first that matches applies.
_TRANSLATIONS = (
    _Translation(StoreError, "{path} is being closed", kind=duckdb.InterruptException),
    # A checkpoint ran out of space. Committed data stays in the write-ahead log beside the file.
    _Translation(
        StoreFull,
        "{path} was closed as its disk was full; free some and start this process again",
        text="No space left.*invalidated|invalidated.*No space left",
    ),
    _Translation(
        StoreFull,
        "no space left on the disk of {path}; free some and run the same command again",
        text="No space left",
    ),
    _Translation(
        StoreFull,
        "{path} may not become larger: raise the limit on file sizes (ulimit -f) and try again",
        text="File too large",
    ),
    _Translation(
        StoreFull,
        "{path} needs more memory than allowed; raise PIXELDESK_MEMORY_MIB and try again",
        kind=duckdb.OutOfMemoryException,
    ),
    _Translation(
        StoreVersionError,
        "{path} was written by a newer version of DuckDB; install the pixeldesk that wrote it, or a newer one",
        text="version number|(?i:storage version)",
    ),
    _Translation(
        StoreBroken,
        "{path}.wal is the log of another store, which was at that path before; move it aside and try again",
        text="WAL does not match",
    ),
    _Translation(
        StoreBroken,
        "{path} is not a pixeldesk store; give the path of one",
        text="not a valid DuckDB database",
    ),
    _Translation(
        StoreMissing,
        "there is no store at {path}; make one with: pixeldesk ingest PATH",
        text="No such file|does not exist.*database|database.*does not exist",
    ),
    _Translation(StoreError, "{path} is a folder; --db takes a file", text="Is a directory"),
    _Translation(
        StoreError,
        "{path} may not be opened by this user; change its owner or its mode",
        text="Permission denied",
    ),
    _Translation(
        StoreBroken,
        "{path} is damaged ({reason}); {remedy}",
        text="orrupt|checksum|Could not read enough bytes",
        kind=duckdb.FatalException,
    ),
)


@contextmanager
def translated_errors(path: Path, if_damaged: str = _REBUILD) -> Iterator[None]:
    """Raise the engine's errors as StoreError or a subclass: one line with the store's path and a remedy.

    `if_damaged` is the remedy for a damaged store.
    """
    try:
        yield
    except duckdb.Error as error:
        raise _translated(path, error, if_damaged.format(path=path)) from error


def _translated(path: Path, error: duckdb.Error, if_damaged: str) -> StoreError:
    text = str(error)
    if "Could not set lock" in text:
        return _locked(path, text)
    reason = text.strip().splitlines()[0][:300]
    for translation in _TRANSLATIONS:
        if translation.matches(error):
            return translation.error(translation.message.format(path=path, reason=reason, remedy=if_damaged))
    return StoreError(f"{path}: {reason}")


def _locked(path: Path, text: str) -> StoreLocked:
    holder = _HOLDER.search(text)
    pid = int(holder[1]) if holder else None
    who = f"process {pid}" if pid else "another process"
    return StoreLocked(f"the store {path} is held by {who}; wait for it or stop it, then try again", pid)
