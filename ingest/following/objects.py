"""Follow addresses: object storage is listed repeatedly, since it does not notify of new objects."""

import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace

from pixeldesk.errors import UsageError
from pixeldesk.ingest.following.files import FileFollower, Notify, StoppedError
from pixeldesk.ingest.load import Progress, load
from pixeldesk.ingest.report import IngestReport
from pixeldesk.ingest.sources.address import is_address, without_secrets
from pixeldesk.ingest.sources.find_sources import find_sources
from pixeldesk.ingest.sources.source import Source
from pixeldesk.settings import Settings
from pixeldesk.store import Store


class ObjectFollower:
    """Follows addresses, with the interface of pixeldesk.ingest.following.files.FileFollower."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        addresses: Iterable[str],
        format_name: str = "auto",
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._addresses = list(addresses)
        self._format_name = format_name
        self._lock = lock or threading.Lock()
        self._started = time.monotonic()
        self._notified: set[str] = set()
        self._report = IngestReport()
        self.latest = IngestReport()
        """The report after the last poll. Any thread may read it."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The followed addresses, without their secrets."""
        return tuple(map(without_secrets, self._addresses))

    @property
    def sizes(self) -> dict[str, int]:
        """Always empty: an object does not grow, so it is never partly read."""
        return {}

    def run(self, stop: threading.Event, notify: Notify = lambda _: None) -> IngestReport:
        """Follow until `stop` is set. Raises StoreError; batches committed until then remain."""

        def notify_or_stop(progress: Progress) -> None:
            if stop.is_set():
                raise StoppedError
            notify(progress)

        try:
            while not stop.is_set():
                self.poll(notify_or_stop)
                stop.wait(self._settings.follow_objects_seconds)
        except StoppedError:
            pass  # The next run reads the rest of the object.
        return self.latest

    def poll(self, notify: Notify = lambda _: None) -> None:
        """List all objects once, and load what is new. Raises StoreError, and what `notify` raises."""
        found = list(find_sources(self._addresses))
        report = IngestReport()
        lines_before, bytes_before = self._report.counts.lines, self._report.counts.bytes

        def notify_total(progress: Progress) -> None:
            notify(self._progress(lines_before + progress.lines, bytes_before + progress.bytes_read))

        try:
            with self._lock:
                load(self._store, self._settings, found, self._format_name, notify_total, report)
        finally:
            self._report.counts.add(report.counts)
            self._report.readings |= report.readings
            self.latest = replace(
                self._report,
                files=sum(isinstance(source, Source) for source in found),
                seconds=time.monotonic() - self._started,
                readings=dict(self._report.readings),
                not_understood=report.not_understood,
                unreadable=report.unreadable,
                damaged=report.damaged,
            )
        self._notify_problems(notify)

    def _notify_problems(self, notify: Notify) -> None:
        progress = self._progress(self._report.counts.lines, self._report.counts.bytes)
        problems = dict.fromkeys(map(str, self.latest.unreadable + self.latest.not_understood + self.latest.damaged))
        for problem in problems.keys() - self._notified:
            notify(replace(progress, notice=problem))
        self._notified = set(problems)
        notify(progress)

    def _progress(self, lines: int, bytes_read: int) -> Progress:
        return Progress(bytes_read, None, lines, time.monotonic() - self._started)


def follower_of(
    store: Store,
    settings: Settings,
    paths: Iterable[str],
    format_name: str,
    lock: AbstractContextManager[object],
) -> FileFollower | ObjectFollower:
    """Return the follower for these paths. Raises UsageError for a mixture of files and addresses."""
    given = list(paths)
    addresses = [path for path in given if is_address(path)]
    if not addresses:
        return FileFollower(store, settings, given, format_name, lock)
    if len(addresses) < len(given):
        raise UsageError("files and addresses are followed in different ways; give each a command of its own")
    return ObjectFollower(store, settings, addresses, format_name, lock)
