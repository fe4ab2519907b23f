"""Define a source of lines: a file or a pipe. Object storage and uploads subclass it."""

import os
import stat
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pixeldesk.errors import InputError
from pixeldesk.ingest.sources.source_name import SourceName

STANDARD_INPUT = "-"
COMPRESSED_SUFFIXES = (".gz", ".zst")
"""Suffixes of compressed files, used before the magic bytes are read."""


class SourceChanged(InputError):
    """A followed source is no longer the file that the last poll saw."""


class Source:
    """A file or a pipe to read lines from. `source_name` identifies it in the store, and `name` in reports."""

    is_followed = False
    """The source is read repeatedly, and its follower has already checked that it is still the same."""
    is_growing = False
    """A writer may be appending: a last line without a line feed is left for the next poll."""

    def __init__(self, name: str | SourceName, path: Path | None = None, piped: BinaryIO | None = None) -> None:
        self.source_name = name if isinstance(name, SourceName) else SourceName(name)
        self.name = str(name)
        self._path = path
        self._piped = piped or BytesIO()

    @property
    def repeatable(self) -> bool:
        """Whether the source can be read again from the start: a file can, standard input cannot."""
        return self._path is not None

    def size_and_modified_ns(self) -> tuple[int, int] | None:
        """Return the size in bytes and the modification time in nanoseconds; None for a pipe. Raises InputError."""
        if self._path is None:
            return None
        try:
            status = self._path.stat()
        except OSError as error:
            raise unreadable(self.name, error) from error
        return status.st_size, status.st_mtime_ns

    def open(self) -> BinaryIO:
        """Open the source for reading bytes. Raises InputError if it cannot be read or is not a regular file."""
        if self._path is None:
            return self._piped
        try:
            # Non-blocking: opening a FIFO without a writer would never return.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise unreadable(self.name, error) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise InputError(f"{self.name}: is not a regular file; give log files, or pipe it in with -")
        return os.fdopen(descriptor, "rb", buffering=1 << 16)


def unreadable(name: str, error: OSError) -> InputError:
    """Return the error for a path that the operating system refuses, with the remedy."""
    remedies = {
        FileNotFoundError: "no such file or folder; check the path",
        PermissionError: "may not be read by this user; change its mode or run as its owner",
        IsADirectoryError: "is a folder",
    }
    remedy = remedies.get(type(error), f"cannot be read ({(error.strerror or str(error)).lower()})")
    return InputError(f"{name}: {remedy}")
