"""Find out what happened to followed files between two polls: renamed, copied, truncated, replaced, deleted.

Names and inode numbers are only hints. The head of a file decides what it is: content read before, under this path or
another, or something new.
"""

import os
import re
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta

from pixeldesk.errors import InputError
from pixeldesk.ingest.following.corrections import Corrections, Loss
from pixeldesk.ingest.following.tracked_file import TrackedFile
from pixeldesk.ingest.sources.byte_stream import ByteStream
from pixeldesk.ingest.sources.fingerprint import (
    KnownSources,
    bytes_read,
    has_fingerprint,
    is_unchanged,
    resume_point,
)
from pixeldesk.ingest.sources.source import COMPRESSED_SUFFIXES
from pixeldesk.ingest.sources.source_name import SourceName, SourceRow, name_of
from pixeldesk.ingest.sources.stored_name import path_of

# A file that had been quiet for so long at the last poll was finished: its deletion is no loss.
_FINISHED_AFTER = timedelta(hours=1)
# File systems store modification times a little more coarsely than they claim.
_MTIME_TOLERANCE = timedelta(seconds=1)
# What rotation appends to a name: .1, .1.gz, -20261116, .2026-11-16, _2.
_ROTATION_SUFFIX = re.compile(r"[.\-_]\d.*")
_RING_NUMBER = re.compile(r"\.\d+\Z")
_EPOCH = datetime(1970, 1, 1)
# These are stored in the table `losses`.
_TRUNCATED, _REPLACED, _GONE = "was cut off", "was replaced", "is gone"
StreamAs = Callable[[TrackedFile, SourceRow], ByteStream]


class Reconciliation:
    """Compares the files of one poll with all rows of `sources`, to find the corrections due before anything is read.

    `last_poll` is UTC without a zone; None at the first poll of a process. `tracked` are all files of the poll.
    """

    def __init__(
        self,
        rows: Sequence[SourceRow],
        stream_as: StreamAs,
        last_poll: datetime | None,
        now: datetime,
        tracked: Sequence[TrackedFile] = (),
    ) -> None:
        self._known = {name_of(row): row for row in rows}
        self._stream_as = stream_as
        self._now = now
        self._last_poll = last_poll
        self._read_at: dict[str, datetime] = {}
        for row in rows:
            self._read_at[row["path"]] = max(self._read_at.get(row["path"], _EPOCH), row["last_read_at"])
        latest = max((row["last_read_at"] for row in self._known.values()), default=now)
        self._quiet_before = (last_poll or latest) - _FINISHED_AFTER
        self._content = KnownSources(rows)
        self._by_state = {(row["size"], row["modified_ns"]): row for row in self._known.values() if row["size"]}
        self._carried: dict[SourceName, SourceRow] = {}
        self._vacated: set[SourceName] = set()
        self._unchanged: set[SourceName] = set()
        self._displaced: dict[SourceName, str] = {}
        self._gone: set[SourceName] = set()
        self._new: set[SourceName] = set()
        self._continued: set[int] = set()
        self._tracked = tracked
        self._left: set[SourceName] = set()

    @property
    def names_with_siblings(self) -> set[SourceName]:
        """The names whose file is not, or not known to be, the one read before. A sibling may hold the rest of it."""
        return self._all_displaced | self._new

    def take(self, file: TrackedFile) -> None:
        """Find out what a file is that has changed, or is new under its name. Raises InputError."""
        name, own = file.polled.name, self._known.get(file.polled.name)
        if file.is_reconciled:
            found = own if own is None or self._begins_with(file, own) else None
        else:
            found = self._read_before(file, own)
        was_read = name.is_present and name.path in self._read_at
        if was_read and (not file.is_reconciled or file.may_have_been_truncated):
            self._new.add(name)
        if own is not None and found is own:
            self._unchanged.add(name)
        elif own is not None:
            self._displaced[name] = _TRUNCATED if file.is_reconciled else _REPLACED
        if found is not None and found is not own:
            self._carried[name] = found
            self._continued.add(found["source_id"])
        if file.was_truncated:
            self._displaced[name] = _TRUNCATED
        if own is not None and self._displaced.get(name) == _TRUNCATED and self._was_left(file, own):
            self._left.add(name)
        if file.former_name is not None:
            self._vacated.add(file.former_name)
            self._new.add(file.former_name)
            if not _is_continuation(found, self._known.get(file.former_name)):
                # Not the file of that name, but another one that reuses its inode number.
                self.take_gone(file.former_name)

    def take_gone(self, name: SourceName) -> None:
        """Note that no file has this name any more, and that none was kept open."""
        own = self._known.get(name)
        self._new.add(SourceName(name.path))
        if own is not None and self._was_active(own):
            self._gone.add(name)

    def left_behind(self, names: set[SourceName], folders: set[str]) -> list[tuple[str, os.stat_result]]:
        """At the first poll, take the known sources in the watched folders that are under none of the watched names.

        Returns the files that were moved away and have to be read to their end.
        """
        folders = folders | {_folder_of(name.path) for name in names}
        existing: list[tuple[SourceRow, os.stat_result]] = []
        missing = set()
        for name, row in self._known.items():
            if name in names or _folder_of(name.path) not in folders:
                continue
            status = _status_of(name)
            if status is not None:
                existing.append((row, status))
                continue
            missing.add(name.path)
            self._new.add(SourceName(name.path))
            if name.is_present or not row["finished"]:
                self.take_gone(name)
        followed = {name.path for name in names} | missing
        return [
            (row["path"], status)
            for row, status in existing
            if not row["finished"] or any(_is_rotation(row["path"], path) for path in followed)
        ]

    def is_remains_of(self, name: SourceName, file: TrackedFile) -> bool:
        """Return whether a sibling holds what the displaced file of a name held, or what replaced that since."""
        with suppress(InputError):
            row = self._known.get(name)
            is_missed = name in self._all_displaced and not self._is_accounted_for(name)
            if is_missed and row is not None and has_fingerprint(row) and self._begins_with(file, row):
                self._continued.add(row["source_id"])
                return True
        # A file that was written and rotated away between two polls begins with nothing known.
        modified = _EPOCH + timedelta(microseconds=file.polled.modified_ns // 1000)
        return _is_rotation(file.polled.name.path, name.path) and modified > self._polled_at(name) - _MTIME_TOLERANCE

    def corrections(self) -> Corrections:
        """Return all corrections found, with the losses."""
        losses = [
            Loss(
                name.path,
                self._polled_at(name),
                self._now,
                self._displaced.get(name, _GONE),
                self._known[name]["source_id"] if name in self._known else 0,
            )
            for name in sorted(self._all_displaced, key=str)
            if not self._is_accounted_for(name)
        ]
        begun_anew = (self._all_displaced | self._vacated) - self._unchanged
        return Corrections(self._carried, begun_anew, losses)

    @property
    def _all_displaced(self) -> set[SourceName]:
        return self._displaced.keys() | (self._gone - self._unchanged)

    def _read_before(self, file: TrackedFile, own: SourceRow | None) -> SourceRow | None:
        for row in (own, self._by_state.get(file.polled.state)):
            if row is not None and (row["size"], row["modified_ns"]) == file.polled.state:
                with closing(self._stream_as(file, row)) as stream:
                    if is_unchanged(stream, row):
                        return row
        best = own if own is not None and self._begins_with(file, own) else None
        other = self._content.longest_match(lambda row: self._stream_as(file, row))
        if other is not None and (best is None or bytes_read(other) > bytes_read(best)):
            return other
        return best

    def _begins_with(self, file: TrackedFile, row: SourceRow) -> bool:
        with closing(self._stream_as(file, row)) as stream:
            return resume_point(stream, row) is not None

    def _is_accounted_for(self, name: SourceName) -> bool:
        row = self._known.get(name)
        if row is None or row["source_id"] in self._continued:
            return row is not None
        if name in self._left:
            return True
        # The last file of a rotation is overwritten by the one before it.
        return name in self._carried and not self._was_active(row)

    def _was_left(self, file: TrackedFile, own: SourceRow) -> bool:
        """Return whether a truncated file had been read to its end after its writer had gone on to another file.

        rotatelogs -n 3 writes log, log.1, log.2 and log again, which it truncates first. Of a file to which nothing
        was written since another of its ring was, nothing is lost when the writer comes back to it. The writer may
        have been back twice since the last poll, however, if that other file was truncated too.
        """
        if not own["finished"] or file.before != (own["size"], own["modified_ns"]):
            return False
        return any(
            _ring_of(other.polled.name.path) == _ring_of(file.polled.name.path)
            and other.before is not None
            and other.before[1] - file.before[1] >= _MTIME_TOLERANCE / timedelta(microseconds=1) * 1000
            and self._has_only_grown(other)
            for other in self._tracked
            if other is not file and other.polled.name.is_present
        )

    def _has_only_grown(self, file: TrackedFile) -> bool:
        row = self._known.get(file.polled.name)
        if row is None or file.was_truncated or not file.is_reconciled:
            return False
        try:
            return self._begins_with(file, row)
        except InputError:
            return False

    def _was_active(self, row: SourceRow) -> bool:
        # Nobody appends to a compressed file that was read to its end. Rotation deletes such files.
        is_compressed = row["path"].endswith(COMPRESSED_SUFFIXES)
        if is_compressed and row["finished"] and row["problem"] is None:
            return False
        # A source whose end was never reached has no modification time.
        if row["modified_ns"] is None or not has_fingerprint(row):
            return has_fingerprint(row)
        modified = _EPOCH + timedelta(microseconds=row["modified_ns"] // 1000)
        return modified > self._quiet_before

    def _polled_at(self, name: SourceName) -> datetime:
        return self._last_poll or self._read_at.get(name.path, self._now)


def _is_continuation(found: SourceRow | None, former: SourceRow | None) -> bool:
    """Return whether the row found is that of a former name, or one of the same head that was read further."""
    if found is None or former is None:
        return former is None
    return bool(found["head_digest"] == former["head_digest"] and found["position"] >= former["position"])


def _status_of(name: SourceName) -> os.stat_result | None:
    """Return the status of the file of a source; None if there is no such file any more."""
    if not name.is_present:
        return None
    try:
        return os.stat(path_of(name.path))  # noqa: PTH116
    except OSError:
        return None


def _folder_of(path: str) -> str:
    return os.path.dirname(path)  # noqa: PTH120


def _ring_of(path: str) -> str:
    """Return what the paths of a ring of files have in common: log, log.1 and log.2."""
    return _RING_NUMBER.sub("", path)


def _is_rotation(path: str, of: str) -> bool:
    return path.startswith(of) and _ROTATION_SUFFIX.fullmatch(path[len(of) :]) is not None
