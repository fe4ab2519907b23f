"""Follow log files: read new files and appended lines, handle rotation, and resume after any interruption.

A poll compares the watched files with their former state, corrects the store's rows of files that were renamed, copied,
truncated or replaced, and loads what is new. Checkpoints exist only in the store, committed with the lines. The state
here only saves work, and keeps files open whose names may go away.
"""

import threading
import time
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
from pixeldesk.ingest.report import IngestReport, Problem, Reading
from pixeldesk.ingest.sources.byte_stream import ByteStream, byte_stream
from pixeldesk.ingest.sources.documents import DocumentStream
from pixeldesk.ingest.sources.fingerprint import resume_point, was_read_as_documents
from pixeldesk.ingest.sources.source import SourceChanged
from pixeldesk.ingest.sources.source_name import SourceName, SourceRow, rows_by_name
from pixeldesk.settings import Settings
from pixeldesk.store import Store

# Times and durations in seconds.
_MIN_PAUSE = 1.0
_MAX_PAUSE = 2.0
# What the pause is multiplied with after a poll that found nothing.
_IDLE_GROWTH = 1.1
# The share of the time spent on polling and loading, except when one poll takes longer than the longest pause.
_MAX_BUSY_SHARE = 0.2
# How long the last poll may take after the follower was asked to stop.
_STOP_TIMEOUT = 5.0
# A last line without a line feed is stored when its file has been quiet for so long. It is withdrawn if it grows.
_UNTERMINATED_AFTER = 10.0
# A compressed file is read when its writer has been quiet for so long, and is probably done.
_COMPRESSED_AFTER = 2.0
Notify = Callable[[Progress], None]


class StoppedError(Exception):
    """The follower was asked to stop, and has too much left to read before it does."""


class FileFollower:
    """Follows files, folders and globs. Only one thread may use it; `lock` is held while it reads and writes rows."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        paths: Iterable[str],
        format_name: str = "auto",
        lock: AbstractContextManager[object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._generation = store.generation
        self._settings = settings
        self._paths = WatchedPaths(paths)
        self._format_name = format_name
        self._lock = lock or threading.Lock()
        self._clock = clock
        self._started = clock()
        self._files = FileRegistry()
        self._last_poll: datetime | None = None
        self._unreadable: dict[SourceName, Problem] = {}
        self._damaged: dict[SourceName, Problem] = {}
        self._not_understood: dict[SourceName, Problem] = {}
        self._readings: dict[SourceName, Reading] = {}
        self._notified: set[str] = set()
        self._report = IngestReport()
        self.latest = IngestReport()
        """The report after the last poll. Any thread may read it."""

    @property
    def report(self) -> IngestReport:
        """The outcomes of all lines so far, and the current problems."""
        unreadable = sorted(self._unreadable.keys() & self._files.names, key=str)
        return replace(
            self._report,
            files=len(self._readings.keys() | self._files.names),
            seconds=self._clock() - self._started,
            readings=dict(self._readings),
            not_understood=list(self._not_understood.values()),
            unreadable=[
                *(Problem(None, text) for text in self._paths.problems.values()),
                *(self._unreadable[name] for name in unreadable),
            ],
            damaged=list(self._damaged.values()),
        )

    @property
    def paths(self) -> tuple[str, ...]:
        """The followed paths, as the user gave them, without secrets."""
        return self._paths.given

    @property
    def sizes(self) -> dict[str, int]:
        """The size in bytes of each file at the last poll, by name. Any thread may read it."""
        return {file.polled.name.path: file.polled.size for file in tuple(self._files) if not file.is_hidden}

    def run(self, stop: threading.Event, notify: Notify = lambda _: None) -> IngestReport:
        """Follow until `stop` is set, then read what was written until then if that takes no longer than 5 seconds.

        `notify` is called at each poll and after each chunk. Raises StoreError, as `poll` does.
        """

        deadline: float | None = None

        def notify_or_stop(progress: Progress) -> None:
            nonlocal deadline
            if stop.is_set():
                deadline = deadline or self._clock() + _STOP_TIMEOUT
                if self._clock() > deadline:
                    raise StoppedError
            notify(progress)

        pause = _MIN_PAUSE
        try:
            while not stop.is_set():
                begun, lines = self._clock(), self._report.counts.lines
                self.poll(notify_or_stop)
                busy = self._clock() - begun
                pause = pause * _IDLE_GROWTH if self._report.counts.lines == lines else _MIN_PAUSE
                pause = min(max(pause, busy / _MAX_BUSY_SHARE - busy), _MAX_PAUSE)
                stop.wait(pause)
            self.poll(notify_or_stop)
        except StoppedError:
            pass  # Committed batches remain; the next run reads the rest.
        finally:
            self.latest = self.report
            self.close()
        return self.latest

    def poll(self, notify: Notify = lambda _: None) -> None:
        """Poll all files once, and load what is new.

        Raises StoreError, and what `notify` raises; the next poll then does what this one left undone.
        """
        now, utc_now = self._clock(), datetime.now(UTC).replace(tzinfo=None)
        self._files.update(self._paths.poll(), now)
        if self._store.generation != self._generation:
            self._start_anew()
        if self._last_poll is None or self._has_work(now):
            with self._lock:
                ready = self._reconcile(now, utc_now)
                self._load(ready, now, notify)
        self._last_poll = utc_now
        self._notify_problems(notify)

    def close(self) -> None:
        """Close all files."""
        self._files.close()

    def _start_anew(self) -> None:
        """Distrust what is known of the files: a backup has taken the place of the store that it was true of."""
        self._generation = self._store.generation
        self._last_poll = None
        for file in self._files:
            file.is_reconciled = False

    def _has_work(self, now: float) -> bool:
        return bool(self._files.gone) or any(_needs_reading(file, now) for file in self._files)

    def _reconcile(self, now: float, utc_now: datetime) -> list[TrackedFile]:
        """Reconcile the source rows with the files on disk. Returns the files ready to read."""
        shared = self._files.shared_names
        ready = [file for file in self._files if _needs_reading(file, now) and file.polled.name not in shared]
        ready.sort(key=lambda file: file.changed_at, reverse=True)
        ready = [file for file in ready if self._succeeds(file, self._files.keep_open)]
        known = self._rows(ready)
        is_routine = self._last_poll is not None and not self._files.gone
        if is_routine and all(self._continues(file, known.get(file.polled.name)) for file in ready):
            return ready
        return self._reconcile_all(ready, now, utc_now)

    def _reconcile_all(self, ready: list[TrackedFile], now: float, utc_now: datetime) -> list[TrackedFile]:
        files = self._files
        rows = self._store.rows("SELECT * FROM sources")
        reconciliation = Reconciliation(rows, self._stream_as, self._last_poll, utc_now, tuple(files))
        gone = set(files.gone)
        if self._last_poll is None:
            moved = reconciliation.left_behind(files.names, self._paths.folders)
            ready += self._adopted(files.at(path, status, now) for path, status in moved)
        ready = [file for file in ready if self._succeeds(file, reconciliation.take)]
        for name in gone:
            reconciliation.take_gone(name)
        ready += self._remains(reconciliation, now)
        corrections = reconciliation.corrections()
        if corrections:
            with self._store.transaction() as transaction:
                corrections.store(transaction, utc_now)
        recovered = set(map(str, corrections.recovered))
        still_lost = [loss for loss in self._report.lost if loss not in recovered]
        self._report.lost = [*still_lost, *map(str, corrections.losses)]
        files.gone -= gone
        for file in ready:
            file.set_reconciled()
        return ready

    def _remains(self, reconciliation: Reconciliation, now: float) -> list[TrackedFile]:
        """Return untracked files that hold what a tracked one held. From now on they are tracked, to their end."""
        found: list[TrackedFile] = []
        searched: set[SourceName] = set()
        siblings = Siblings(self._files, now)
        while names := reconciliation.names_with_siblings - searched:
            searched |= names
            for name in names:
                remains = [file for file in siblings.of(name) if reconciliation.is_remains_of(name, file)]
                found += [file for file in self._adopted(remains) if self._succeeds(file, reconciliation.take)]
        return found

    def _adopted(self, files: Iterable[TrackedFile]) -> list[TrackedFile]:
        polled = {file.polled.name for file in self._files}
        new = [file for file in files if file not in self._files and file.polled.name not in polled]
        return [file for file in new if self._succeeds(self._files.adopt(file), self._files.keep_open)]

    def _load(self, ready: list[TrackedFile], now: float, notify: Notify) -> None:
        due = []
        known = self._rows(ready)
        for file in ready:
            # An empty file is loaded once, so that the store has a row of it.
            if not file.polled.size and file.polled.name in known:
                file.set_read(now, is_whole=True)
            elif not self._is_being_compressed(file, now):
                due.append(file)
        if not due:
            return
        # The oldest first: it is the one that rotation deletes next.
        due.sort(key=lambda file: file.polled.modified_ns)
        sources = [TrackedFileSource(file, is_growing=now - file.changed_at < _UNTERMINATED_AFTER) for file in due]
        names = {file.polled.name for file in due}
        report = IngestReport()
        try:
            load(self._store, self._settings, sources, self._format_name, self._in_total(notify), report)
        finally:
            self._report.counts.add(report.counts)
        known = self._rows(due)
        for name, of_source in known.items():
            unread = report.readings[name].unread if name in report.readings else []
            self._readings[name] = Reading(source=name.path, format=of_source["format"], unread=unread)
        for file in due:
            row = known.get(file.polled.name)
            is_whole = row is not None and row["finished"] and (row["size"], row["modified_ns"]) == file.polled.state
            file.set_read(now, is_whole=is_whole)
        _replace(self._damaged, names, report.damaged)
        _replace(self._unreadable, names, report.unreadable)
        _replace(self._not_understood, names, report.not_understood)

    def _is_being_compressed(self, file: TrackedFile, now: float) -> bool:
        try:
            return now - file.changed_at < _COMPRESSED_AFTER and file.is_compressed()
        except InputError:
            return False

    def _in_total(self, notify: Notify) -> Notify:
        """Return a callback that adds the progress of one load to that of all loads before it."""
        lines_before, bytes_before = self._report.counts.lines, self._report.counts.bytes

        def notify_total(progress: Progress) -> None:
            notify(self._progress(lines_before + progress.lines, bytes_before + progress.bytes_read))

        return notify_total

    def _notify_problems(self, notify: Notify) -> None:
        """Notify of each problem once, and of the progress."""
        report = self.latest = self.report
        problems = dict.fromkeys([*map(str, report.unreadable + report.not_understood + report.damaged), *report.lost])
        progress = self._progress(report.counts.lines, report.counts.bytes)
        for problem in problems.keys() - self._notified:
            notify(replace(progress, notice=problem))
        self._notified = set(problems)
        notify(progress)

    def _progress(self, lines: int, bytes_read: int) -> Progress:
        return Progress(bytes_read, None, lines, self._clock() - self._started)

    def _succeeds(self, file: TrackedFile, *steps: Callable[[TrackedFile], None]) -> bool:
        """Apply steps to a file. A file that has changed meanwhile is left for the next poll."""
        try:
            for step in steps:
                step(file)
        except SourceChanged:
            return False
        except InputError as error:
            self._unreadable[file.polled.name] = Problem(file.polled.name, str(error))
            return False
        self._unreadable.pop(file.polled.name, None)
        return True

    def _continues(self, file: TrackedFile, row: SourceRow | None) -> bool:
        if not file.is_reconciled or file.was_truncated or file.may_have_been_truncated:
            return False
        if row is None:
            return True
        try:
            with closing(self._stream_as(file, row)) as stream:
                return resume_point(stream, row) is not None
        except InputError:
            return False

    def _stream_as(self, file: TrackedFile, row: SourceRow) -> ByteStream:
        """Open a file as lines or as documents, as the source of the row was read."""
        stream = byte_stream(file.open(), self._settings.max_expansion, self._settings.max_expansion_from)
        return DocumentStream(stream) if was_read_as_documents(row) else stream

    def _rows(self, files: Iterable[TrackedFile]) -> dict[SourceName, SourceRow]:
        return rows_by_name(self._store, [file.polled.name for file in files])


def _needs_reading(file: TrackedFile, now: float) -> bool:
    if not file.is_reconciled or file.has_changed:
        return True
    return file.is_unterminated and now - max(file.changed_at, file.read_at) >= _UNTERMINATED_AFTER


def _replace(problems: dict[SourceName, Problem], names: set[SourceName], new: list[Problem]) -> None:
    """Replace the problems of the sources with these names by the new ones."""
    for name in names:
        problems.pop(name, None)
    problems.update({problem.source: problem for problem in new if problem.source is not None})
