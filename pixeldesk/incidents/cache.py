"""Cache the incidents of the whole store until new lines arrive."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from pixeldesk.errors import PixeldeskError
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.selection import within
from pixeldesk.queries import question
from pixeldesk.store import Store

_SHORT_WAIT_S = 0.3
# Rest this many times the duration of a search before the next, so that searches take a tenth of the time at most.
_REST_PER_SEARCH = 9


class IncidentCache:
    """A cache of one store's incidents. Any thread may call it; one search runs at a time."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._rests_until = float("-inf")
        self._searching = threading.Lock()
        # The newest batch at the last search, and what that search found.
        self._cached: tuple[int | None, list[Incident]] | None = None
        self._starting = threading.Lock()
        self._searcher: threading.Thread | None = None

    def incidents(self, start: datetime | None = None, end: datetime | None = None) -> list[Incident]:
        """Return the current incidents that overlap a half-open range of time, newest first. Waits for a search."""
        return within(self._up_to_date(), start, end)

    def known(self) -> list[Incident] | None:
        """Return the incidents of the last search, for a page that must not wait; None until the first search ends.

        If lines have arrived since, start another search in the background, after a rest, and wait for a short one.
        """
        if self._clock() >= self._rests_until and (self._cached is None or self._cached[0] != self._last_batch()):
            self.refresh_in_background().join(_SHORT_WAIT_S)
        return self._cached[1] if self._cached else None

    def refresh_in_background(self) -> threading.Thread:
        """Start a search in a background thread, or return the thread of the running search."""
        with self._starting:
            if self._searcher is None or not self._searcher.is_alive():
                self._searcher = threading.Thread(target=self._search_quietly, name="pixeldesk-incidents", daemon=True)
                self._searcher.start()
            return self._searcher

    def _search_quietly(self) -> None:
        # After an error, such as a store that was closed meanwhile, the next call searches again.
        with suppress(PixeldeskError):
            self._up_to_date()

    def _up_to_date(self) -> list[Incident]:
        # A search imports numpy and scipy, which other commands need not load.
        from pixeldesk.incidents.find import find_incidents

        with self._searching:
            batch = self._last_batch()
            if self._cached is None or self._cached[0] != batch:
                began = self._clock()
                self._cached = batch, find_incidents(self._store)
                self._rests_until = self._clock() + _REST_PER_SEARCH * (self._clock() - began)
            return self._cached[1]

    def _last_batch(self) -> int | None:
        batch: int | None = question("last_batch").rows(self._store)[0]["batch_id"]
        return batch
