"""Give the desk its retention: the rules, what is due, and what was dropped."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from pixeldesk.errors import UsageError
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.queries import question
from pixeldesk.retention.retain import Dropped, dropped_with, due, retain
from pixeldesk.retention.rules import Rule, parse_rules
from pixeldesk.store import Store


class RetentionReport(Dropped):
    """The answer of `pixeldesk retain`. After a dry run, the lines are still there."""

    dry_run: bool
    seconds: float


class DroppedDays(FrozenModel):
    """The days of an environment from which a rule has dropped lines so far."""

    environment: str | None
    rule: str
    first_day: Moment
    last_day: Moment
    days: int
    requests: int
    events: int
    dropped_at: Moment
    """The last run that dropped any of them."""


class RetentionState(FrozenModel):
    """The rules and how much they have dropped, for `pixeldesk doctor`."""

    rules: str
    dropped_requests: int
    dropped_events: int
    last_dropped_at: Moment | None


class Retention:
    """Retention by the rules of a setting. Any thread may call any method; `turn` is held while lines are dropped.

    Raises UsageError for malformed rules.
    """

    def __init__(self, store: Store, setting: str, turn: AbstractContextManager[object]) -> None:
        self.rules: Sequence[Rule] = parse_rules(setting)
        self._store = store
        self._turn = turn

    def run(
        self,
        dry_run: bool = False,
        now: datetime | None = None,
        is_to_stop: Callable[[], bool] = lambda: False,
    ) -> RetentionReport:
        """Drop what is due, or with `dry_run` only report it. Raises UsageError without a rule."""
        if not self.rules:
            raise UsageError("no rule says how long lines are kept; set PIXELDESK_RETENTION, such as production=90d")
        started = time.perf_counter()
        if dry_run:
            dropped = dropped_with(due(self._store, self.rules, now or _now()))
        else:
            with self._turn:
                dropped = retain(self._store, self.rules, now or _now(), is_to_stop)
        return RetentionReport(**dict(dropped), dry_run=dry_run, seconds=round(time.perf_counter() - started, 3))

    def dropped(self) -> list[DroppedDays]:
        """Return what was dropped so far, by environment and rule."""
        return dropped_days(self._store)

    def state(self) -> RetentionState:
        """Return the rules and how much they have dropped."""
        dropped = self.dropped()
        return RetentionState(
            rules=", ".join(map(str, self.rules)) or "none: all lines are kept",
            dropped_requests=sum(of_rule.requests for of_rule in dropped),
            dropped_events=sum(of_rule.events for of_rule in dropped),
            last_dropped_at=max((of_rule.dropped_at for of_rule in dropped), default=None),
        )


def dropped_days(store: Store) -> list[DroppedDays]:
    """Return what was dropped from a store so far, by environment and rule, the last dropped first."""
    return DroppedDays.of_rows(question("dropped_by_environment").rows(store))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
