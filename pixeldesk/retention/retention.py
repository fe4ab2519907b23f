"""Give the desk its retention: the rules, what is due, and what was dropped."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pixeldesk.errors import UsageError
from pixeldesk.queries import question
from pixeldesk.queries.values import plain
from pixeldesk.retention.retain import due, report_of, retain
from pixeldesk.retention.rules import Rule, parse_rules
from pixeldesk.store import Store


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
    ) -> dict[str, Any]:
        """Drop what is due, or with `dry_run` only report it. Raises UsageError without a rule."""
        if not self.rules:
            raise UsageError("no rule says how long lines are kept; set PIXELDESK_RETENTION, such as production=90d")
        started = time.perf_counter()
        if dry_run:
            report = report_of(due(self._store, self.rules, now or _now()))
        else:
            with self._turn:
                report = retain(self._store, self.rules, now or _now(), is_to_stop)
        counted: dict[str, Any] = plain(asdict(report))
        return {"dry_run": dry_run, **counted, "seconds": round(time.perf_counter() - started, 3)}

    def dropped(self) -> list[dict[str, Any]]:
        """Return what was dropped so far, one row per environment and rule."""
        return [plain(row) for row in question("dropped_by_environment").rows(self._store)]

    def state(self) -> dict[str, Any]:
        """Return the rules and how much they have dropped, for `pixeldesk doctor`."""
        dropped = self.dropped()
        return {
            "rules": ", ".join(map(str, self.rules)) or "none: all lines are kept",
            "dropped_requests": sum(row["requests"] for row in dropped),
            "dropped_events": sum(row["events"] for row in dropped),
            "last_dropped_at": max((row["dropped_at"] for row in dropped), default=None),
        }


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
