"""Follow log files: new ones, what is appended, what is rotated, and go on after any interruption.

A look compares the watched files with what they were, puts right what the store knows of those that were renamed,
copied, cut off or replaced, and loads what is new. How far each file was read is in the store alone, committed with
its lines; what is remembered here only saves work, and keeps files open whose names may go away.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import UTC, datetime

from pixeldesk.errors import InputError
from pixeldesk.ingest.following.polling import WatchedPaths
from pixeldesk.ingest.following.reconciliation import Reconciliation
from pixeldesk.ingest.following.registry import FileRegistry, Siblings
from pixeldesk.ingest.following.tracked_file import TrackedFile, TrackedFileSource
from pixeldesk.ingest.load import Progress, load
from pixeldesk.ingest.report import IngestReport
from pixeldesk.ingest.sources.byte_stream import ByteStream, byte_stream
from pixeldesk.ingest.sources.documents import DocumentStream
from pixeldesk.ingest.sources.fingerprint import SourceRow, resume_point, was_read_as_documents
from pixeldesk.ingest.sources.source import SourceChanged
from pixeldesk.settings import Settings
from pixeldesk.store import Store

# Moments and durations in seconds.
_SHORTEST_PAUSE = 1.0
_LONGEST_PAUSE = 2.0
_IDLE_GROWTH = 1.1
# At most this share of the time is spent on looking and loading, but for what takes longer than the longest pause.
_BUSY_SHARE = 0.2
# So long it may take to read what is left when it is to stop.
_TIME_TO_END = 5.0
# A line without a line end is taken as it is, to be taken back should it grow, when its file has been quiet for this.
_UNENDED_AFTER = 10.0
# A packed file is read when whoever packs it seems to be done.
_PACKED_AFTER = 2.0
Tell = Callable[[Progress], None]


class StoppedError(Exception):
    """Following is to end, and there is too much left to be read before."""


class FileFollower:
    """Follows files, folders and globs. One thread may use it; `turn` is held while it reads positions and writes."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        paths: Iterable[str],
        format_name: str = "auto",
        turn: AbstractContextManager[object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._settings = settings
        self._paths = WatchedPaths(paths)
        self._format_name = format_name
        self._turn = turn or threading.Lock()
        self._clock = clock
        self._started = clock()
        self._files = FileRegistry()
        self._last_look: datetime | None = None
        self._unreadable: dict[str, str] = {}
        self._damaged: dict[str, str] = {}
        self._formats: dict[str, str] = {}
        self._said: set[str] = set()
        self._report = IngestReport()
        self.latest = IngestReport()
        """What there was to report after the last look; any thread may read it."""

    @property
    def report(self) -> IngestReport:
        """What became of all lines so far, and what is wrong now."""
        unreadable = sorted(self._unreadable.keys() & self._files.names)
        return replace(
            self._report,
            files=len(self._formats.keys() | self._files.names),
            seconds=self._clock() - self._started,
            formats=dict(Counter(self._formats.values())),
            unreadable=[*self._paths.problems.values(), *(self._unreadable[name] for name in unreadable)],
            damaged=list(self._damaged.values()),
        )

    @property
    def paths(self) -> tuple[str, ...]:
        """What is followed, as it was given."""
        return self._paths.given

    @property
    def sizes(self) -> dict[str, int]:
        """The size of each file at the last look, in bytes, by its name. Any thread may ask."""
        return {file.seen.name: file.seen.size for file in tuple(self._files) if not file.is_hidden}

    def run(self, stop: threading.Event, tell: Tell = lambda _: None) -> IngestReport:
        """Follow until it is to stop; then read what was written until then, if that is soon done.

        `tell` is called at each look and after each chunk. Raises StoreError, as a look does.
        """

        latest: float | None = None

        def tell_or_stop(state: Progress) -> None:
            nonlocal latest
            if stop.is_set():
                latest = latest or self._clock() + _TIME_TO_END
                if self._clock() > latest:
                    raise StoppedError
            tell(state)

        pause = _SHORTEST_PAUSE
        try:
            while not stop.is_set():
                begun, lines = self._clock(), self._report.counts.lines
                self.look(tell_or_stop)
                busy = self._clock() - begun
                pause = pause * _IDLE_GROWTH if self._report.counts.lines == lines else _SHORTEST_PAUSE
                pause = min(max(pause, busy / _BUSY_SHARE - busy), _LONGEST_PAUSE)
                stop.wait(pause)
            self.look(tell_or_stop)
        except StoppedError:
            pass  # What was committed is kept, and the rest is read the next time.
        finally:
            self.latest = self.report
            self.close()
        return self.latest

    def look(self, tell: Tell = lambda _: None) -> None:
        """Look at all files once, and load what is new.

        Raises StoreError and what `tell` raises; the next look takes up what this one has not done.
        """
        now, utc_now = self._clock(), datetime.now(UTC).replace(tzinfo=None)
        self._files.update(self._paths.look(), now)
        if self._last_look is None or self._has_work(now):
            with self._turn:
                ready = self._put_right(now, utc_now)
                self._load(ready, now, tell)
        self._last_look = utc_now
        self._tell_what_is_new(tell)

    def close(self) -> None:
        """Let go of all files."""
        self._files.close()

    def _has_work(self, now: float) -> bool:
        return bool(self._files.gone) or any(_needs_a_look(file, now) for file in self._files)

    def _put_right(self, now: float, utc_now: datetime) -> list[TrackedFile]:
        """Make the store's rows true of the files that there are now. Returns those that may be read."""
        ready = [file for file in self._files if _needs_a_look(file, now)]
        ready.sort(key=lambda file: file.changed_at, reverse=True)
        ready = [file for file in ready if self._succeeds(file, self._files.hold)]
        known = self._rows(ready)
        is_routine = self._last_look is not None and not self._files.gone
        if is_routine and all(self._goes_on(file, known.get(file.seen.name)) for file in ready):
            return ready
        return self._recognise(ready, now, utc_now)

    def _recognise(self, ready: list[TrackedFile], now: float, utc_now: datetime) -> list[TrackedFile]:
        files = self._files
        rows = self._store.rows("SELECT * FROM sources")
        recognition = Reconciliation(rows, self._stream_as, self._last_look, utc_now)
        gone = set(files.gone)
        if self._last_look is None:
            moved = recognition.left_behind(files.names, self._paths.folders)
            ready += self._adopted(files.at(*one, now) for one in moved)
        ready = [file for file in ready if self._succeeds(file, recognition.take)]
        for name in gone:
            recognition.gone(name)
        ready += self._remains(recognition, now)
        corrections = recognition.corrections()
        if corrections:
            with self._store.transaction() as transaction:
                corrections.store(transaction, utc_now)
        none = set(map(str, corrections.recovered))
        self._report.lost = [*(one for one in self._report.lost if one not in none), *map(str, corrections.losses)]
        files.gone -= gone
        for file in ready:
            file.is_put_right()
        return ready

    def _remains(self, recognition: Reconciliation, now: float) -> list[TrackedFile]:
        """Files that were not followed and hold what a followed one held: from now on they are, to their end."""
        found: list[TrackedFile] = []
        looked_for: set[str] = set()
        siblings = Siblings(self._files, now)
        while names := recognition.to_look_beside - looked_for:
            looked_for |= names
            for name in names:
                beside = [file for file in siblings.of(name) if recognition.is_remains_of(name, file)]
                found += [file for file in self._adopted(beside) if self._succeeds(file, recognition.take)]
        return found

    def _adopted(self, files: Iterable[TrackedFile]) -> list[TrackedFile]:
        new = [file for file in files if file not in self._files]
        return [file for file in new if self._succeeds(self._files.adopt(file), self._files.hold)]

    def _load(self, ready: list[TrackedFile], now: float, tell: Tell) -> None:
        due = []
        known = self._rows(ready)
        for file in ready:
            # An empty file is read once, so that the store knows that it was looked at.
            if not file.seen.size and file.seen.name in known:
                file.was_read(now, is_whole=True)
            elif not self._is_being_packed(file, now):
                due.append(file)
        if not due:
            return
        # The oldest first: it is what a rotation throws away next.
        due.sort(key=lambda file: file.seen.modified_ns)
        sources = [TrackedFileSource(file, is_growing=now - file.changed_at < _UNENDED_AFTER) for file in due]
        names = {file.seen.name for file in due}
        report = IngestReport()
        try:
            load(self._store, self._settings, sources, self._format_name, self._telling(tell), report)
        finally:
            self._report.counts.add(report.counts)
        known = self._rows(due)
        self._formats |= {name: row["format"] for name, row in known.items()}
        for file in due:
            row = known.get(file.seen.name)
            file.was_read(now, is_whole=row is not None and (row["size"], row["modified_ns"]) == file.seen.state)
        _keep_by_name(self._damaged, names, report.damaged)
        _keep_by_name(self._unreadable, names, report.unreadable)

    def _is_being_packed(self, file: TrackedFile, now: float) -> bool:
        try:
            return now - file.changed_at < _PACKED_AFTER and file.is_compressed()
        except InputError:
            return False

    def _telling(self, tell: Tell) -> Tell:
        """Progress of one load as progress of the whole."""
        before, read_before = self._report.counts.lines, self._report.counts.bytes

        def told(state: Progress) -> None:
            tell(self._progress(before + state.lines, read_before + state.bytes_read))

        return told

    def _tell_what_is_new(self, tell: Tell) -> None:
        report = self.latest = self.report
        wrong = dict.fromkeys(report.unreadable + report.damaged + report.lost)
        progress = self._progress(report.counts.lines, report.counts.bytes)
        for one in wrong.keys() - self._said:
            tell(replace(progress, notice=one))
        self._said = set(wrong)
        tell(progress)

    def _progress(self, lines: int, read: int) -> Progress:
        return Progress(read, None, lines, self._clock() - self._started)

    def _succeeds(self, file: TrackedFile, *steps: Callable[[TrackedFile], None]) -> bool:
        """Take steps with a file. One that is not what it was is left for the next look."""
        try:
            for step in steps:
                step(file)
        except SourceChanged:
            return False
        except InputError as error:
            self._unreadable[file.seen.name] = str(error)
            return False
        self._unreadable.pop(file.seen.name, None)
        return True

    def _goes_on(self, file: TrackedFile, row: SourceRow | None) -> bool:
        if not file.is_recognised or file.was_cut or file.may_have_been_cut:
            return False
        if row is None:
            return True
        try:
            with closing(self._stream_as(file, row)) as stream:
                return resume_point(stream, row) is not None
        except InputError:
            return False

    def _stream_as(self, file: TrackedFile, row: SourceRow) -> ByteStream:
        """A file's bytes as they were when the row was written, if it is about this file."""
        stream = byte_stream(file.open(), self._settings.max_expansion, self._settings.max_expansion_from)
        return DocumentStream(stream) if was_read_as_documents(row) else stream

    def _rows(self, files: Iterable[TrackedFile]) -> dict[str, SourceRow]:
        names = [file.seen.name for file in files]
        sql = "SELECT * FROM sources WHERE path IN $names"
        return {row["path"]: row for row in (self._store.rows(sql, {"names": names}) if names else ())}


def _needs_a_look(file: TrackedFile, now: float) -> bool:
    if not file.is_recognised or file.has_changed:
        return True
    return file.is_unended and now - max(file.changed_at, file.tried_at) >= _UNENDED_AFTER


def _keep_by_name(kept: dict[str, str], names: set[str], said: list[str]) -> None:
    """Keep what was said of the files with these names, and nothing of what was said before."""
    for name in names:
        kept.pop(name, None)
        for one in said:
            if one.startswith(f"{name}: "):
                kept[name] = one
