"""The whole store's diagnoses, kept until new lines arrive: what the pages show without waiting.

A page that comes while newer lines are being judged gets the former result and is told that it is older.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from pixeldesk.diagnosis.diagnose import Diagnosis, diagnose
from pixeldesk.errors import PixeldeskError
from pixeldesk.queries import question
from pixeldesk.store import Store


@dataclass(frozen=True)
class Judgement:
    """Every diagnosis as of a batch. `is_current` is False while newer lines are being judged."""

    diagnoses: Sequence[Diagnosis]
    committed_at: datetime | None
    is_current: bool


class Board:
    """The diagnoses over one store. Any thread may ask; one judges at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._judging = threading.Lock()
        self._kept: tuple[int | None, Judgement] | None = None

    def judgement(self) -> Judgement:
        """The newest result there is. Waits only where there is none at all yet."""
        batch, kept = self._kept or self.refresh()
        if batch == question("last_batch").rows(self._store)[0]["batch_id"]:
            return kept
        self.judge_ahead()
        return replace(kept, is_current=False)

    def judge_ahead(self) -> None:
        """Judge in the background, unless that is being done."""
        if not self._judging.locked():
            threading.Thread(target=self._judge_quietly, name="pixeldesk-diagnoses", daemon=True).start()

    def _judge_quietly(self) -> None:
        # Whoever asks next is told what went wrong, such as a store that was closed meanwhile.
        with suppress(PixeldeskError):
            self.refresh()

    def refresh(self) -> tuple[int | None, Judgement]:
        """Judge the store as it is now, unless that has been done. Returns its last batch and the result."""
        with self._judging:
            last = question("last_batch").rows(self._store)[0]
            if self._kept is None or self._kept[0] != last["batch_id"]:
                judgement = Judgement(diagnose(self._store), last["committed_at"], is_current=True)
                self._kept = last["batch_id"], judgement
            return self._kept


def chosen(
    diagnoses: Sequence[Diagnosis],
    *,
    cases: Sequence[str] = (),
    status: str | None = None,
    environment: str | None = None,
    start: str | None = None,
    end: str | None = None,
) -> list[Diagnosis]:
    """Those of these cases, this status and environment that failed at some time within a range.

    The range is half open, in RFC 3339 as diagnoses have it; what is empty or None filters nothing.
    """
    return [
        one
        for one in diagnoses
        if (not cases or one["case"] in cases)
        and status in (None, one["status"])
        and environment in (None, one["environment"])
        and (start is None or one["last_seen"] >= start)
        and (end is None or one["first_seen"] < end)
    ]
