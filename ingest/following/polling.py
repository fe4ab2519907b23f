"""Poll the files behind the watched paths.

A poll takes a few microseconds a file. Unlike the kernel's notifications it also works on mounted file systems, such as
a network share or a container's volume, and has no limit on the number of files.
"""

import glob
import os
import stat
from collections.abc import Iterable
from typing import NamedTuple

from pixeldesk.errors import InputError
from pixeldesk.ingest.sources.find_sources import files_of
from pixeldesk.ingest.sources.source import unreadable
from pixeldesk.ingest.sources.source_name import SourceName
from pixeldesk.ingest.sources.stored_name import stored_name

FileId = tuple[int, int]
"""Device and inode. They identify a file while it is open, and are no more than a hint when it is not."""


class PolledFile(NamedTuple):
    """A file as one poll saw it. `size` is in bytes, `modified_ns` is the modification time in nanoseconds."""

    name: SourceName
    device: int
    inode: int
    size: int
    modified_ns: int

    @property
    def id(self) -> FileId:
        """The identity of the file."""
        return self.device, self.inode

    @property
    def state(self) -> tuple[int, int]:
        """Size and modification time: while both are equal, nothing was written."""
        return self.size, self.modified_ns


class WatchedPaths:
    """Files, folders and globs. `problems` holds, by path, what is wrong with a path until it is right again."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = tuple(dict.fromkeys(paths))
        self._names: dict[str, tuple[FileId, SourceName]] = {}
        self.problems: dict[str, str] = {}

    @property
    def given(self) -> tuple[str, ...]:
        """The paths as the user gave them, without secrets."""
        return tuple(map(stored_name, self._paths))

    @property
    def folders(self) -> set[str]:
        """The names of the folders that the paths refer to, even if they hold no file."""
        real = [os.path.realpath(path) for path in self._paths if not glob.has_magic(path)]
        return {stored_name(path if os.path.isdir(path) else os.path.dirname(path)) for path in real}  # noqa: PTH112, PTH120

    def poll(self) -> dict[FileId, PolledFile]:
        """Return the files that exist now, each once, under the first of its names."""
        found: dict[FileId, PolledFile] = {}
        names: dict[str, tuple[FileId, SourceName]] = {}
        problems: dict[str, str] = {}
        for given in self._paths:
            paths = files_of(given)
            if isinstance(paths, InputError):
                problems[given] = str(paths)
                continue
            for path in paths:
                polled = self._polled(path, names, problems)
                if polled is not None:
                    found.setdefault(polled.id, polled)
        self._names, self.problems = names, problems
        return found

    def _polled(
        self, path: str, names: dict[str, tuple[FileId, SourceName]], problems: dict[str, str]
    ) -> PolledFile | None:
        try:
            status = os.stat(path)  # noqa: PTH116  Called for every file, once a second.
        except FileNotFoundError:
            return None  # Deleted since the folder was listed.
        except OSError as error:
            problems[path] = str(unreadable(stored_name(path), error))
            return None
        if not stat.S_ISREG(status.st_mode):
            problems[path] = f"{stored_name(path)}: is not a regular file, and is not followed"
            return None
        file_id = (status.st_dev, status.st_ino)
        known = self._names.get(path)
        # Resolving the real name takes a system call for each of its folders, so only a new file pays for it.
        name = known[1] if known and known[0] == file_id else SourceName(stored_name(os.path.realpath(path)))
        names[path] = (file_id, name)
        return polled_file(name, status)


def polled_file(name: SourceName, status: os.stat_result) -> PolledFile:
    """Return a file with this name and status."""
    return PolledFile(name, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
