"""Follow addresses: what lies in object storage is listed again and again, since nothing tells of a new object."""

import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace

from pixeldesk.errors import UsageError
from pixeldesk.ingest.following.files import FileFollower, StoppedError, Tell
from pixeldesk.ingest.load import Progress, load
from pixeldesk.ingest.report import IngestReport
from pixeldesk.ingest.sources.address import is_address, without_secrets
from pixeldesk.ingest.sources.find_sources import find_sources
from pixeldesk.ingest.sources.source import Source
from pixeldesk.settings import Settings
from pixeldesk.store import Store


class ObjectFollower:
    """Follows addresses as pixeldesk.ingest.following.files.FileFollower does files, and is used like it."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        addresses: Iterable[str],
        format_name: str = "auto",
        turn: AbstractContextManager[object] | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._addresses = list(addresses)
        self._format_name = format_name
        self._turn = turn or threading.Lock()
        self._started = time.monotonic()
        self._formats: dict[str, int] = {}
        self._said: set[str] = set()
        self._report = IngestReport()
        self.latest = IngestReport()
        """What there was to report after the last look; any thread may read it."""

    @property
    def paths(self) -> tuple[str, ...]:
        """What is followed, without what is secret in an address."""
        return tuple(map(without_secrets, self._addresses))

    @property
    def sizes(self) -> dict[str, int]:
        """Of no use here: an object is whole, and is read whole."""
        return {}

    def run(self, stop: threading.Event, tell: Tell = lambda _: None) -> IngestReport:
        """Follow until it is to stop. Raises StoreError; what was committed until then is kept."""

        def tell_or_stop(state: Progress) -> None:
            if stop.is_set():
                raise StoppedError
            tell(state)

        try:
            while not stop.is_set():
                self.look(tell_or_stop)
                stop.wait(self._settings.follow_objects_seconds)
        except StoppedError:
            pass  # The rest of an object is read the next time.
        return self.latest

    def look(self, tell: Tell = lambda _: None) -> None:
        """List all once, and load what is new. Raises StoreError and what `tell` raises."""
        found = list(find_sources(self._addresses))
        report = IngestReport()
        before, read_before = self._report.counts.lines, self._report.counts.bytes

        def told(state: Progress) -> None:
            tell(self._progress(before + state.lines, read_before + state.bytes_read))

        try:
            with self._turn:
                load(self._store, self._settings, found, self._format_name, told, report)
        finally:
            self._report.counts.add(report.counts)
            for name, count in report.formats.items():
                self._formats[name] = self._formats.get(name, 0) + count
            self.latest = replace(
                self._report,
                files=sum(isinstance(one, Source) for one in found),
                seconds=time.monotonic() - self._started,
                formats=dict(self._formats),
                unreadable=report.unreadable,
                damaged=report.damaged,
            )
        self._tell_what_is_new(tell)

    def _tell_what_is_new(self, tell: Tell) -> None:
        progress = self._progress(self._report.counts.lines, self._report.counts.bytes)
        wrong = dict.fromkeys(self.latest.unreadable + self.latest.damaged)
        for one in wrong.keys() - self._said:
            tell(replace(progress, notice=one))
        self._said = set(wrong)
        tell(progress)

    def _progress(self, lines: int, read: int) -> Progress:
        return Progress(read, None, lines, time.monotonic() - self._started)


def follower_of(
    store: Store,
    settings: Settings,
    paths: Iterable[str],
    format_name: str,
    turn: AbstractContextManager[object],
) -> FileFollower | ObjectFollower:
    """Who follows these. Raises UsageError for files and addresses in one."""
    given = list(paths)
    addresses = [path for path in given if is_address(path)]
    if not addresses:
        return FileFollower(store, settings, given, format_name, turn)
    if len(addresses) < len(given):
        raise UsageError("files and addresses are followed in different ways; give each a command of its own")
    return ObjectFollower(store, settings, addresses, format_name, turn)
