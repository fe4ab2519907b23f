"""The incidents of the whole store, found once and kept until new lines arrive."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from pixeldesk.errors import PixeldeskError
from pixeldesk.incidents.incident import Incident
from pixeldesk.queries import question
from pixeldesk.store import Store

_SHORT_WAIT_S = 0.3
# A tenth of the time is spent on looking at most, however fast lines come and however long a look takes.
_REST_AFTER_A_LOOK = 9


class IncidentBoard:
    """The incidents over one store. Any thread may ask; one looks for them at a time."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._rests_until = float("-inf")
        self._looking = threading.Lock()
        self._kept: tuple[int | None, list[Incident]] | None = None
        self._starting = threading.Lock()
        self._looker: threading.Thread | None = None

    def incidents(self, start: datetime | None = None, end: datetime | None = None) -> list[Incident]:
        """Those of the store as it is now, with any part in a half-open range of time, newest first."""
        return within(self._newest(), start, end)

    def known(self) -> list[Incident] | None:
        """All of them as of the last look, for a page that must not wait; None while the first one is on its way.

        Where lines have come since, another look begins in the background, after a rest. A short one is waited for.
        """
        if self._clock() >= self._rests_until and (self._kept is None or self._kept[0] != self._last_batch()):
            self.look_ahead().join(_SHORT_WAIT_S)
        return self._kept[1] if self._kept else None

    def look_ahead(self) -> threading.Thread:
        """Look for them in the background, unless that is being done."""
        with self._starting:
            if self._looker is None or not self._looker.is_alive():
                self._looker = threading.Thread(target=self._look_quietly, name="pixeldesk-incidents", daemon=True)
                self._looker.start()
            return self._looker

    def _look_quietly(self) -> None:
        # Whoever asks next begins anew, such as after a store that was closed meanwhile.
        with suppress(PixeldeskError):
            self._newest()

    def _newest(self) -> list[Incident]:
        # Looking takes numbers and statistics, which a command that asks for something else need not load.
        from pixeldesk.incidents.find import find_incidents

        with self._looking:
            batch = self._last_batch()
            if self._kept is None or self._kept[0] != batch:
                began = self._clock()
                self._kept = batch, find_incidents(self._store)
                self._rests_until = self._clock() + _REST_AFTER_A_LOOK * (self._clock() - began)
            return self._kept[1]

    def _last_batch(self) -> int | None:
        batch: int | None = question("last_batch").rows(self._store)[0]["batch_id"]
        return batch


def within(incidents: list[Incident], start: datetime | None, end: datetime | None) -> list[Incident]:
    """Those with any part in a half-open range of time."""
    return [
        one
        for one in incidents
        if (start is None or (one.ended_at or one.last_seen) >= start) and (end is None or one.started_at < end)
    ]
