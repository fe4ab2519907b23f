"""The files behind watched paths, looked up again and again.

By polling: a look costs a few microseconds a file, and unlike the kernel's notices it also works on what is mounted
from elsewhere, such as a network share or a container's volume, and has no limit on the number of files.
"""

import glob
import os
import stat
from collections.abc import Iterable
from typing import NamedTuple

from pixeldesk.errors import InputError
from pixeldesk.ingest.sources.find_sources import files_of
from pixeldesk.ingest.sources.source import unreadable

FileId = tuple[int, int]
"""Device and inode: which file it is while it is open, and no more than a hint when it is not."""


class PolledFile(NamedTuple):
    """A file as it was at one look. `modified_ns` is its time of last change in nanoseconds, `size` is in bytes."""

    name: str
    device: int
    inode: int
    size: int
    modified_ns: int

    @property
    def key(self) -> FileId:
        """Which file it is."""
        return self.device, self.inode

    @property
    def state(self) -> tuple[int, int]:
        """What tells that nothing was written since."""
        return self.size, self.modified_ns


class WatchedPaths:
    """Files, folders and globs. What is wrong with a path is in `problems`, by the path, until it is right."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = tuple(dict.fromkeys(paths))
        self._names: dict[str, tuple[FileId, str]] = {}
        self.problems: dict[str, str] = {}

    @property
    def given(self) -> tuple[str, ...]:
        """The paths as they were given."""
        return self._paths

    @property
    def folders(self) -> set[str]:
        """The folders that the paths are about, also while there is no file in them."""
        real = [os.path.realpath(path) for path in self._paths if not glob.has_magic(path)]
        return {path if os.path.isdir(path) else os.path.dirname(path) for path in real}  # noqa: PTH112, PTH120

    def look(self) -> dict[FileId, PolledFile]:
        """The files there are now, each once under the first of its names."""
        found: dict[FileId, PolledFile] = {}
        names: dict[str, tuple[FileId, str]] = {}
        problems: dict[str, str] = {}
        for given in self._paths:
            paths = files_of(given)
            if isinstance(paths, InputError):
                problems[given] = str(paths)
                continue
            for path in paths:
                seen = self._seen(path, names, problems)
                if seen is not None:
                    found.setdefault(seen.key, seen)
        self._names, self.problems = names, problems
        return found

    def _seen(self, path: str, names: dict[str, tuple[FileId, str]], problems: dict[str, str]) -> PolledFile | None:
        try:
            status = os.stat(path)  # noqa: PTH116  Called for every file, once a second.
        except FileNotFoundError:
            return None  # It has gone since the folder was listed.
        except OSError as error:
            problems[path] = str(unreadable(path, error))
            return None
        if not stat.S_ISREG(status.st_mode):
            problems[path] = f"{path}: is no regular file, and is not followed"
            return None
        key = (status.st_dev, status.st_ino)
        known = self._names.get(path)
        # The real name takes a system call for each of its folders: only a file that is new here pays for it.
        name = known[1] if known and known[0] == key else os.path.realpath(path)
        names[path] = (key, name)
        return polled_file(name, status)


def polled_file(name: str, status: os.stat_result) -> PolledFile:
    """A file as its status has it."""
    return PolledFile(name, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
