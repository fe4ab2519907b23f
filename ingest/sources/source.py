"""One thing to read lines from: a file, or what is piped in. Objects and uploads are kinds of it."""

import os
import stat
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pixeldesk.errors import InputError

STANDARD_INPUT = "-"
COMPRESSED_SUFFIXES = (".gz", ".zst")
"""How the name of a packed file ends, where its bytes have not been looked at."""


class SourceChanged(InputError):
    """A followed source is not what it was when it was looked at a moment ago."""


class Source:
    """One thing to read lines from. `name` is how the store and the reports call it."""

    is_followed = False
    """It is read again and again, and whether it is the same still was found out before."""
    is_growing = False
    """Somebody may be writing it: a last line without a line end is left for later."""

    def __init__(self, name: str, path: Path | None = None, piped: BinaryIO | None = None) -> None:
        self.name = name
        self._path = path
        self._piped = piped or BytesIO()

    @property
    def repeatable(self) -> bool:
        """Whether it can be read again from the start: a file can, standard input cannot."""
        return self._path is not None

    def size_and_modified_ns(self) -> tuple[int, int] | None:
        """Size in bytes and time of last change in nanoseconds, of a file. Raises InputError."""
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError as error:
            raise unreadable(self.name, error) from error
        return found.st_size, found.st_mtime_ns

    def open(self) -> BinaryIO:
        """Open it for reading bytes. Raises InputError when it cannot be read or is no regular file."""
        if self._path is None:
            return self._piped
        try:
            # Without waiting: opening a FIFO that nobody writes to would never return.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise unreadable(self.name, error) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise InputError(f"{self.name}: is no regular file; give log files, or pipe it in with -")
        return os.fdopen(descriptor, "rb", buffering=1 << 16)


def unreadable(name: str, error: OSError) -> InputError:
    """What the system says of a path, with the remedy."""
    remedies = {
        FileNotFoundError: "no such file or folder; check the path",
        PermissionError: "may not be read by this user; change its mode or run as its owner",
        IsADirectoryError: "is a folder",
    }
    remedy = remedies.get(type(error), f"cannot be read ({(error.strerror or str(error)).lower()})")
    return InputError(f"{name}: {remedy}")
