"""The files that a follower knows, and those of them that it keeps open."""

import os
import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress

from pixeldesk.ingest.following.polling import FileId, PolledFile, polled_file
from pixeldesk.ingest.following.tracked_file import TrackedFile

# A file without a name is let go of when its writer has been quiet for this, one that moved away later. Seconds.
_DELETED_AFTER = 60.0
_MOVED_AFTER = 3600.0
_MOST_OPEN = 256


class FileRegistry:
    """Every file under a watched name, and those that had one until lately. Moments are of the follower's clock."""

    def __init__(self) -> None:
        self._files: dict[FileId, TrackedFile] = {}
        self._most_open = min(_MOST_OPEN, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)
        self.gone: set[str] = set()
        """Names whose file has gone and was not kept open; emptied by who has seen to it."""

    def __iter__(self) -> Iterator[TrackedFile]:
        return iter(self._files.values())

    def __contains__(self, file: TrackedFile) -> bool:
        return file.seen.key in self._files

    @property
    def names(self) -> set[str]:
        """The watched names that there are."""
        return {file.seen.name for file in self._files.values() if not file.is_hidden}

    def update(self, found: Mapping[FileId, PolledFile], now: float) -> None:
        """Take in what a look has found."""
        for key, seen in found.items():
            file = self._files.get(key)
            if file is None:
                self._files[key] = _new(seen, now)
            else:
                file.is_hidden = False
                file.saw(seen, now)
        for key in self._files.keys() - found.keys():
            self._update_hidden(self._files[key], now)

    def at(self, path: str, status: os.stat_result, now: float) -> TrackedFile:
        """The file of this name and status, followed or not."""
        seen = polled_file(path, status)
        return self._files.get(seen.key) or _new(seen, now)

    def adopt(self, file: TrackedFile) -> TrackedFile:
        """Follow a file that is under none of the watched names. It has to be held."""
        file.is_hidden = True
        self._files[file.seen.key] = file
        return file

    def hold(self, file: TrackedFile) -> None:
        """Keep a file open, at the cost of the one that has been quiet for longest. Raises InputError."""
        if file.descriptor is None:
            held = [one for one in self._files.values() if one.descriptor is not None]
            if len(held) >= self._most_open:
                quietest = min(held, key=lambda one: one.changed_at, default=file)
                if quietest.changed_at >= file.changed_at:
                    return
                self._let_go(quietest)
            file.hold()

    def close(self) -> None:
        """Let go of all files."""
        for file in self._files.values():
            file.let_go()
        self._files.clear()

    def _update_hidden(self, file: TrackedFile, now: float) -> None:
        if file.descriptor is None:
            self.gone.add(file.former_name or file.seen.name)
            del self._files[file.seen.key]
            return
        file.is_hidden = True
        has_name = file.look_by_itself(now)
        quiet = now - file.changed_at
        if quiet > (_MOVED_AFTER if has_name else _DELETED_AFTER) and not file.has_changed and not file.is_unended:
            self._let_go(file)

    def _let_go(self, file: TrackedFile) -> None:
        file.let_go()
        if file.is_hidden:
            del self._files[file.seen.key]


class Siblings:
    """The files of the folders in which something is missing, each folder listed once."""

    def __init__(self, files: FileRegistry, now: float) -> None:
        self._files = files
        self._now = now
        self._listed: dict[str, list[TrackedFile]] = {}

    def of(self, name: str) -> Iterator[TrackedFile]:
        """The other files of a name's folder, followed or not. Hidden ones and links are left out."""
        folder = os.path.dirname(name)  # noqa: PTH120
        if folder not in self._listed:
            self._listed[folder] = list(self._list(folder))
        return (file for file in self._listed[folder] if file.seen.name != name)

    def _list(self, folder: str) -> Iterator[TrackedFile]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            with suppress(OSError):
                if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                    yield self._files.at(entry.path, entry.stat(), self._now)


def _new(seen: PolledFile, now: float) -> TrackedFile:
    age = time.time() - seen.modified_ns / 1e9
    return TrackedFile(seen, changed_at=now - max(age, 0.0))
