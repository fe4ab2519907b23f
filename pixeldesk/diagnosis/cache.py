"""Cache the diagnoses of the whole store until new lines arrive, so that pages need not wait.

While a background thread diagnoses newer lines, pages get the former snapshot, marked as not current.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from pixeldesk.diagnosis.diagnose import diagnose
from pixeldesk.diagnosis.diagnosis import Diagnosis, Status
from pixeldesk.errors import PixeldeskError
from pixeldesk.queries import question
from pixeldesk.store import Store


@dataclass(frozen=True)
class DiagnosisSnapshot:
    """All diagnoses as of one batch. `is_current` is False while newer lines are being diagnosed."""

    diagnoses: Sequence[Diagnosis]
    committed_at: datetime | None
    is_current: bool


class DiagnosisCache:
    """A cache of one store's diagnoses. Any thread may call it; one refresh runs at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._refreshing = threading.Lock()
        # The newest batch at the last refresh, and its snapshot.
        self._cached: tuple[int | None, DiagnosisSnapshot] | None = None

    def snapshot(self) -> DiagnosisSnapshot:
        """Return the newest snapshot, and start a refresh if lines have arrived since. Waits for the first one only."""
        batch, snapshot = self._cached or self.refresh()
        if batch == question("last_batch").rows(self._store)[0]["batch_id"]:
            return snapshot
        self.refresh_in_background()
        return replace(snapshot, is_current=False)

    def refresh_in_background(self) -> None:
        """Start a refresh in a background thread, unless one is running."""
        if not self._refreshing.locked():
            threading.Thread(target=self._refresh_quietly, name="pixeldesk-diagnoses", daemon=True).start()

    def _refresh_quietly(self) -> None:
        # After an error, such as a store that was closed meanwhile, the next call refreshes again and raises it.
        with suppress(PixeldeskError):
            self.refresh()

    def refresh(self) -> tuple[int | None, DiagnosisSnapshot]:
        """Diagnose the store as it is now, unless the cache is current. Returns the last batch and its snapshot."""
        with self._refreshing:
            last = question("last_batch").rows(self._store)[0]
            if self._cached is None or self._cached[0] != last["batch_id"]:
                snapshot = DiagnosisSnapshot(diagnose(self._store), last["committed_at"], is_current=True)
                self._cached = last["batch_id"], snapshot
            return self._cached


def filtered(
    diagnoses: Sequence[Diagnosis],
    *,
    cases: Sequence[str] = (),
    status: Status | None = None,
    environment: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[Diagnosis]:
    """Return the diagnoses of these cases, this status and this environment with failures in a range of time.

    The range is half open, in UTC without a zone. An empty or None argument filters nothing.
    """
    return [
        diagnosis
        for diagnosis in diagnoses
        if (not cases or diagnosis.case in cases)
        and status in (None, diagnosis.status)
        and environment in (None, diagnosis.environment)
        and (start is None or diagnosis.last_seen >= start)
        and (end is None or diagnosis.first_seen < end)
    ]
