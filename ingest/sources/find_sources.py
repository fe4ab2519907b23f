"""What a person meant by the paths given: files, folders, globs, addresses, and `-` for standard input."""

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pixeldesk.errors import InputError
from pixeldesk.ingest.sources.address import as_path, is_address

STANDARD_INPUT = "-"
PACKED_ENDINGS = (".gz", ".zst")
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


def find_sources(paths: Iterable[str], standard_input: BinaryIO | None = None) -> Iterator[Source | InputError]:
    """The sources behind the paths, in order of name, each file once.

    What cannot be found comes as an InputError in its place, so that the others are read all the same.
    """
    seen: set[str] = set()
    for given in paths:
        if given == STANDARD_INPUT:
            if standard_input is not None and STANDARD_INPUT not in seen:
                yield Source(STANDARD_INPUT, piped=standard_input)
            seen.add(STANDARD_INPUT)
            continue
        for found in _behind(given):
            if isinstance(found, InputError):
                yield found
            elif found.name not in seen:
                seen.add(found.name)
                yield found


def _behind(given: str) -> Iterator[Source | InputError]:
    if is_address(given):
        # Brings the clients of object storage, which nobody else waits for.
        from pixeldesk.ingest.sources.object_storage import find_objects

        yield from find_objects(given)
        return
    found = files_of(as_path(given))
    if isinstance(found, InputError):
        yield found
        return
    for path in found:
        name = os.path.realpath(path)
        yield Source(name, path=Path(name))


def files_of(given: str) -> list[str] | InputError:
    """The files behind one path given, in order of name, or what is wrong with it."""
    try:
        mode = os.stat(given).st_mode  # noqa: PTH116
    except OSError as error:
        matches = sorted(glob.glob(given, recursive=True)) if glob.has_magic(given) else []  # noqa: PTH207
        files = [file for match in matches for file in ([match] if os.path.isfile(match) else _folder(match))]  # noqa: PTH113
        if files:
            return list(dict.fromkeys(files))
        if glob.has_magic(given):
            return InputError(f"{given}: matches no file; check the pattern")
        return unreadable(given, error)
    if not stat.S_ISDIR(mode):
        return [given]
    return _folder(given) or InputError(f"{given}: holds no files; give a folder with log files in it")


def _folder(folder: str) -> list[str]:
    """Every file below a folder, hidden ones left out. Links to folders are not followed, so no loop is."""
    found = []
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [os.path.join(parent, name) for name in sorted(files) if not name.startswith(".")]  # noqa: PTH118
    return found


def unreadable(name: str, error: OSError) -> InputError:
    """What the system says of a path, with the remedy."""
    remedies = {
        FileNotFoundError: "no such file or folder; check the path",
        PermissionError: "may not be read by this user; change its mode or run as its owner",
        IsADirectoryError: "is a folder",
    }
    remedy = remedies.get(type(error), f"cannot be read ({(error.strerror or str(error)).lower()})")
    return InputError(f"{name}: {remedy}")
