"""Register the files that a follower tracks, and limit how many of them are kept open."""

import os
import resource
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress

from pixeldesk.ingest.following.polling import FileId, PolledFile, polled_file
from pixeldesk.ingest.following.tracked_file import TrackedFile
from pixeldesk.ingest.sources.source_name import SourceName
from pixeldesk.ingest.sources.stored_name import path_of, stored_name

# A deleted file is closed when it has been quiet for so long, a file that was moved away after more. Seconds.
_CLOSE_DELETED_AFTER = 60.0
_CLOSE_MOVED_AFTER = 3600.0
_MAX_OPEN = 256


class FileRegistry:
    """Every file under a watched name, and those that had one recently. Times are of the follower's clock."""

    def __init__(self) -> None:
        self._files: dict[FileId, TrackedFile] = {}
        self._max_open = min(_MAX_OPEN, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)
        self.gone: set[SourceName] = set()
        """Names whose file is gone and was not kept open. The follower clears what it has reconciled."""

    def __iter__(self) -> Iterator[TrackedFile]:
        return iter(self._files.values())

    def __contains__(self, file: TrackedFile) -> bool:
        return file.polled.id in self._files

    @property
    def names(self) -> set[SourceName]:
        """The watched names that have a file."""
        return {file.polled.name for file in self._files.values() if not file.is_hidden}

    @property
    def shared_names(self) -> set[SourceName]:
        """Names that two files have, since they were renamed during the poll. The next poll finds out who has it."""
        times = Counter(file.polled.name for file in self._files.values())
        return {name for name, count in times.items() if count > 1}

    def update(self, found: Mapping[FileId, PolledFile], now: float) -> None:
        """Take over the result of a poll."""
        for file_id, polled in found.items():
            file = self._files.get(file_id)
            if file is None:
                self._files[file_id] = _new(polled, now)
            else:
                file.is_hidden = False
                file.update(polled, now)
        for file_id in self._files.keys() - found.keys():
            self._update_hidden(self._files[file_id], now)

    def at(self, name: str, status: os.stat_result, now: float) -> TrackedFile:
        """Return the file of this name and status, tracked or not."""
        polled = polled_file(SourceName(name), status)
        return self._files.get(polled.id) or _new(polled, now)

    def adopt(self, file: TrackedFile) -> TrackedFile:
        """Track a file that is under none of the watched names. It has to be kept open."""
        file.is_hidden = True
        self._files[file.polled.id] = file
        return file

    def keep_open(self, file: TrackedFile) -> None:
        """Keep a file open. At the limit, close the file that has been quiet for longest. Raises InputError."""
        if file.descriptor is None:
            open_files = [other for other in self._files.values() if other.descriptor is not None]
            if len(open_files) >= self._max_open:
                quietest = min(open_files, key=lambda other: other.changed_at, default=file)
                if quietest.changed_at >= file.changed_at:
                    return
                self._close(quietest)
            file.keep_open()

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _update_hidden(self, file: TrackedFile, now: float) -> None:
        if file.descriptor is None:
            self.gone.add(file.former_name or file.polled.name)
            del self._files[file.polled.id]
            return
        file.is_hidden = True
        has_name = file.poll_open_file(now)
        close_after = _CLOSE_MOVED_AFTER if has_name else _CLOSE_DELETED_AFTER
        if now - file.changed_at > close_after and not file.has_changed and not file.is_unterminated:
            self._close(file)

    def _close(self, file: TrackedFile) -> None:
        file.close()
        if file.is_hidden:
            del self._files[file.polled.id]


class Siblings:
    """The files of the folders in which a file is missing. Each folder is listed once."""

    def __init__(self, files: FileRegistry, now: float) -> None:
        self._files = files
        self._now = now
        self._listed: dict[str, list[TrackedFile]] = {}

    def of(self, name: SourceName) -> Iterator[TrackedFile]:
        """Yield the other files in the folder of a name, tracked or not, except hidden files and links."""
        folder = os.path.dirname(name.path)  # noqa: PTH120
        if folder not in self._listed:
            self._listed[folder] = list(self._list(folder))
        return (file for file in self._listed[folder] if file.polled.name != name)

    def _list(self, folder: str) -> Iterator[TrackedFile]:
        try:
            entries = sorted(os.scandir(path_of(folder)), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            with suppress(OSError):
                if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                    yield self._files.at(stored_name(entry.path), entry.stat(), self._now)


def _new(polled: PolledFile, now: float) -> TrackedFile:
    age = time.time() - polled.modified_ns / 1e9
    return TrackedFile(polled, changed_at=now - max(age, 0.0))
