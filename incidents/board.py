"""The incidents of the whole store, found once and kept until new lines arrive."""

import threading
from datetime import datetime

from incidents.incident import Incident
from queries import question
from store import Store


class IncidentBoard:
    """The incidents over one store. Any thread may ask; one looks for them at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looking = threading.Lock()
        self._kept: tuple[int | None, list[Incident]] | None = None

    def incidents(self, start: datetime | None = None, end: datetime | None = None) -> list[Incident]:
        """Those with any part in a half-open range of time, newest first."""
        return [
            one
            for one in self._newest()
            if (start is None or (one.ended_at or one.last_seen) >= start) and (end is None or one.started_at < end)
        ]

    def _newest(self) -> list[Incident]:
        # Looking takes numbers and statistics, which a command that asks for something else need not load.
        from incidents.find import find_incidents

        with self._looking:
            batch = question("last_batch").rows(self._store)[0]["batch_id"]
            if self._kept is None or self._kept[0] != batch:
                self._kept = batch, find_incidents(self._store)
            return self._kept[1]
