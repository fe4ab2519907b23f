"""What became of followed files between two looks: renamed, copied, cut off, replaced, gone.

Names and inode numbers only tell where to look. What a file is follows from what it begins with: what was read before,
under this name or another, or something new.
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
    RETIRED_NAME,
    KnownSources,
    SourceRow,
    has_fingerprint,
    is_unchanged,
    resume_point,
)
from pixeldesk.ingest.sources.source import COMPRESSED_SUFFIXES

# A file that had been quiet for so long when it was last looked at was finished: that it goes is no loss.
_FINISHED = timedelta(hours=1)
# File systems keep times of change a little coarser than they say.
_COARSE = timedelta(seconds=1)
# What rotation puts behind a name: .1, .1.gz, -20261116, .2026-11-16, _2.
_ROTATED = re.compile(r"[.\-_]\d.*")
_EPOCH = datetime(1970, 1, 1)
StreamAs = Callable[[TrackedFile, SourceRow], ByteStream]


class Reconciliation:
    """Finds out for one look, from all rows of `sources`, what has to be put right before anything is read.

    `last_look` is UTC without a zone; None at the first look of a process.
    """

    def __init__(
        self, rows: Sequence[SourceRow], stream_as: StreamAs, last_look: datetime | None, now: datetime
    ) -> None:
        self._known = {row["path"]: row for row in rows}
        self._stream_as = stream_as
        self._now = now
        self._last_look = last_look
        self._read_at: dict[str, datetime] = {}
        for name, row in self._known.items():
            self._read_at[_name_then(name)] = max(self._read_at.get(_name_then(name), _EPOCH), row["last_read_at"])
        latest = max((row["last_read_at"] for row in self._known.values()), default=now)
        self._quiet_before = (last_look or latest) - _FINISHED
        self._content = KnownSources(rows)
        self._by_state = {(row["size"], row["modified_ns"]): row for row in self._known.values() if row["size"]}
        self._carried: dict[str, SourceRow] = {}
        self._vacated: set[str] = set()
        self._unchanged: set[str] = set()
        self._displaced: dict[str, str] = {}
        self._gone: set[str] = set()
        self._new: set[str] = set()
        self._continued: set[int] = set()

    @property
    def to_look_beside(self) -> set[str]:
        """The names whose file is another one than was read, or not known to be the same: there may be remains."""
        return self._all_displaced | self._new

    def take(self, file: TrackedFile) -> None:
        """Find out what a file is that has changed or is new under its name. Raises InputError."""
        name, own = file.seen.name, self._known.get(file.seen.name)
        if file.is_recognised:
            found = own if own is None or self._begins_with(file, own) else None
        else:
            found = self._read_before(file, own)
        if name in self._read_at and (not file.is_recognised or file.may_have_been_cut):
            self._new.add(name)
        if own is not None and found is own:
            self._unchanged.add(name)
        elif own is not None:
            self._displaced[name] = "was cut off" if file.is_recognised else "was replaced"
        if found is not None and found is not own:
            self._carried[name] = found
            self._continued.add(found["source_id"])
        if file.was_cut:
            self._displaced[name] = "was cut off"
        if file.former_name is not None:
            self._vacated.add(file.former_name)
            self._new.add(file.former_name)
            if not _is_further(found, self._known.get(file.former_name)):
                # Another file, which was given the number of one that has gone.
                self.gone(file.former_name)

    def gone(self, name: str) -> None:
        """There is no file under this name any more, and none was kept open."""
        own = self._known.get(name)
        self._new.add(_name_then(name))
        if own is not None and self._was_active(own):
            self._gone.add(name)

    def left_behind(self, names: set[str], folders: set[str]) -> list[tuple[str, os.stat_result]]:
        """For the first look: what is known of the watched names' folders and is under none of the names.

        Returns the files that moved out of sight and have to be read on.
        """
        folders = folders | {_folder_of(name) for name in names}
        there: list[tuple[str, os.stat_result]] = []
        absent = set()
        for name, row in self._known.items():
            if name in names or _folder_of(name) not in folders:
                continue
            try:
                there.append((name, os.stat(name)))  # noqa: PTH116
            except OSError:
                absent.add(_name_then(name))
                self._new.add(_name_then(name))
                if row["size"] is None or not RETIRED_NAME.fullmatch(name):
                    self.gone(name)
        followed = names | absent
        return [
            one
            for one in there
            if self._known[one[0]]["size"] is None or any(_is_rotation(one[0], name) for name in followed)
        ]

    def is_remains_of(self, name: str, file: TrackedFile) -> bool:
        """Whether a file beside a displaced one holds what that one held, or what came in its place since."""
        with suppress(InputError):
            row = self._known.get(name)
            is_missed = name in self._all_displaced and not self._is_accounted_for(name)
            if is_missed and row is not None and has_fingerprint(row) and self._begins_with(file, row):
                self._continued.add(row["source_id"])
                return True
        # What was written and rotated away between two looks begins with nothing that is known.
        modified = _EPOCH + timedelta(microseconds=file.seen.modified_ns // 1000)
        return _is_rotation(file.seen.name, name) and modified > self._looked_at(name) - _COARSE

    def corrections(self) -> Corrections:
        """All that was found, the losses among it."""
        losses = [
            Loss(
                name,
                self._looked_at(name),
                self._now,
                self._displaced.get(name, "is gone"),
                self._known[name]["source_id"] if name in self._known else 0,
            )
            for name in sorted(self._all_displaced)
            if not self._is_accounted_for(name)
        ]
        begun_anew = (self._all_displaced | self._vacated) - self._unchanged
        return Corrections(self._carried, begun_anew, losses)

    @property
    def _all_displaced(self) -> set[str]:
        return self._displaced.keys() | (self._gone - self._unchanged)

    def _read_before(self, file: TrackedFile, own: SourceRow | None) -> SourceRow | None:
        for row in (own, self._by_state.get(file.seen.state)):
            if row is not None and (row["size"], row["modified_ns"]) == file.seen.state:
                with closing(self._stream_as(file, row)) as stream:
                    if is_unchanged(stream, row):
                        return row
        best = own if own is not None and self._begins_with(file, own) else None
        other = self._content.longest_match(lambda row: self._stream_as(file, row))
        if other is not None and (best is None or other["position"] > best["position"]):
            return other
        return best

    def _begins_with(self, file: TrackedFile, row: SourceRow) -> bool:
        with closing(self._stream_as(file, row)) as stream:
            return resume_point(stream, row) is not None

    def _is_accounted_for(self, name: str) -> bool:
        row = self._known.get(name)
        if row is None or row["source_id"] in self._continued:
            return row is not None
        # The last of a row of rotated files is thrown away by the one before it.
        return name in self._carried and not self._was_active(row)

    def _was_active(self, row: SourceRow) -> bool:
        # Nobody adds to a packed file that was read to its end: a rotation throws such ones away.
        if row["size"] is not None and row["problem"] is None and _name_then(row["path"]).endswith(COMPRESSED_SUFFIXES):
            return False
        # Of one that was retired before it was read to its end a size is known, and no time.
        if row["modified_ns"] is None or not has_fingerprint(row):
            return has_fingerprint(row)
        modified = _EPOCH + timedelta(microseconds=row["modified_ns"] // 1000)
        return modified > self._quiet_before

    def _looked_at(self, name: str) -> datetime:
        return self._last_look or self._read_at.get(name, self._now)


def _is_further(found: SourceRow | None, former: SourceRow | None) -> bool:
    """Whether what was found is what is known of a former name, or more of it."""
    if found is None or former is None:
        return former is None
    return bool(found["head_digest"] == former["head_digest"] and found["position"] >= former["position"])


def _name_then(name: str) -> str:
    """What a source was called before its file had no name any more, or its name another file."""
    past = RETIRED_NAME.fullmatch(name)
    return past[1] if past else name


def _folder_of(name: str) -> str:
    return os.path.dirname(name)  # noqa: PTH120


def _is_rotation(name: str, of: str) -> bool:
    return name.startswith(of) and _ROTATED.fullmatch(name[len(of) :]) is not None
