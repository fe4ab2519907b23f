"""Drop whole days of lines by the retention rules. Their counts in the rollups stay: see f_is_dropped.

Each day is one transaction, so that an interruption at any moment leaves whole days. If lines of a dropped day are read
again, they are stored but not counted a second time, and the next run drops them. Lines with an implausible time have
no age and stay, and so do quarantined and unmapped lines.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.queries import question
from pixeldesk.retention.rules import Rule, rule_for
from pixeldesk.store import Store, Transaction

_DAY = timedelta(days=1)
_REBUILT_FROM_SHARE = 0.02


@dataclass(frozen=True)
class Due:
    """Lines of a day, environment and status to drop by a rule. `is_event` means application log lines."""

    day: datetime
    environment: str | None
    status: int | None
    is_event: bool
    lines: int
    rule: Rule


class DroppedByRule(FrozenModel):
    """The lines that a rule dropped, or will drop."""

    rule: str
    first_day: Moment
    last_day: Moment
    requests: int
    events: int


class Dropped(FrozenModel):
    """What was dropped, or is due. A day counts once, even if only a part of its lines is dropped."""

    days: int = 0
    requests: int = 0
    events: int = 0
    by_rule: tuple[DroppedByRule, ...] = ()


def due(store: Store, rules: Sequence[Rule], now: datetime) -> list[Due]:
    """Return what the next run would drop, by day. `now` is UTC without a zone."""
    if not rules:
        return []
    latest = max(rule.cutoff(now) for rule in rules)
    found = []
    for name, is_event in (("old_requests", False), ("old_events", True)):
        for row in question(name).rows(store, latest=latest):
            rule = rule_for(rules, row["environment"], row["status"])
            if rule is not None and row["day"] < rule.cutoff(now):
                found.append(Due(row["day"], row["environment"], row["status"], is_event, row["lines"], rule))
    return sorted(found, key=lambda each: each.day)


def dropped_with(dues: Sequence[Due]) -> Dropped:
    """Count days and lines, in total and by rule."""
    by_rule: dict[str, list[Due]] = {}
    for each in dues:
        by_rule.setdefault(str(each.rule), []).append(each)
    return Dropped(
        days=len({each.day for each in dues}),
        requests=_lines(dues, is_event=False),
        events=_lines(dues, is_event=True),
        by_rule=tuple(
            DroppedByRule(
                rule=rule,
                first_day=min(each.day for each in of_rule),
                last_day=max(each.day for each in of_rule),
                requests=_lines(of_rule, is_event=False),
                events=_lines(of_rule, is_event=True),
            )
            for rule, of_rule in by_rule.items()
        ),
    )


def retain(
    store: Store, rules: Sequence[Rule], now: datetime, is_to_stop: Callable[[], bool] = lambda: False
) -> Dropped:
    """Drop what is due, oldest day first, and free its space in the file for new lines. Raises StoreError.

    The file does not shrink, since the engine truncates only free space at its end.
    """
    dues = due(store, rules, now)
    if not dues:
        return Dropped()
    dropped: list[Due] = []
    is_much = _is_much(store, dues)
    if is_much:
        store.drop_indexes()
    try:
        for _, group in groupby(dues, key=lambda each: each.day):
            if is_to_stop():
                break
            of_day = list(group)
            with store.transaction() as transaction:
                _drop(transaction, of_day, now)
            dropped += of_day
        store.checkpoint()
    finally:
        if is_much:
            store.build_indexes()
    return dropped_with(dropped)


def _is_much(store: Store, dues: Sequence[Due]) -> bool:
    """Return whether rebuilding the indexes is cheaper than deleting these lines from them, and frees more space."""
    stored = int(store.rows("SELECT count(*) AS requests FROM requests")[0]["requests"])
    return _lines(dues, is_event=False) > _REBUILT_FROM_SHARE * stored


def _drop(transaction: Transaction, dues: list[Due], now: datetime) -> None:
    day = {"day": dues[0].day, "next": dues[0].day + _DAY}
    run = transaction.execute
    run("CREATE OR REPLACE TEMP TABLE due (environment VARCHAR, status SMALLINT, is_event BOOLEAN)")
    for each in dues:
        values = {"environment": each.environment, "status": each.status, "is_event": each.is_event}
        run("INSERT INTO due VALUES ($environment, $status, $is_event)", values)
    run(
        """CREATE OR REPLACE TEMP TABLE due_events AS
        SELECT events.rowid AS row_id
        FROM events
        LEFT JOIN (SELECT request_id, max(status) AS status FROM requests
            WHERE request_id IN (SELECT request_id FROM events WHERE timestamp >= $day AND timestamp < $next)
            GROUP BY request_id) AS answered ON answered.request_id = events.request_id
        JOIN due ON due.is_event AND due.environment IS NOT DISTINCT FROM events.environment
            AND due.status IS NOT DISTINCT FROM answered.status
        WHERE NOT events.clock_suspect AND events.timestamp >= $day AND events.timestamp < $next""",
        day,
    )
    run(
        """CREATE OR REPLACE TEMP TABLE due_requests AS
        SELECT requests.rowid AS row_id, source_id, line_number, request_id
        FROM requests JOIN due ON NOT due.is_event AND due.status = requests.status
            AND due.environment IS NOT DISTINCT FROM requests.environment
        WHERE NOT clock_suspect AND timestamp >= $day AND timestamp < $next""",
        day,
    )
    run("DELETE FROM events WHERE rowid IN (SELECT row_id FROM due_events)")
    run(
        """DELETE FROM second_lines
        WHERE (first_source_id, first_line_number) IN (SELECT (source_id, line_number) FROM due_requests)"""
    )
    run("DELETE FROM requests WHERE rowid IN (SELECT row_id FROM due_requests)")
    if transaction.value("SELECT EXISTS (SELECT 1 FROM aliases)"):
        run(
            """DELETE FROM aliases WHERE request_id IN (SELECT request_id FROM due_requests)
            AND request_id NOT IN (SELECT request_id FROM requests)"""
        )
    for each in dues:
        if not each.is_event:
            _record(transaction, each, each.lines, now)
    for environment in dict.fromkeys(each.environment for each in dues if each.is_event):
        events = [each for each in dues if each.is_event and each.environment == environment]
        _record(transaction, events[0], _lines(events, is_event=True), now)


def _record(transaction: Transaction, dropped: Due, lines: int, now: datetime) -> None:
    """Record in dropped_days what was dropped. Lines that were read again and dropped again are not counted twice."""
    transaction.execute(
        """INSERT INTO dropped_days
        SELECT $day, $environment, $status, $lines, $rule, $now
        WHERE NOT EXISTS (SELECT 1 FROM dropped_days
            WHERE day = $day AND environment IS NOT DISTINCT FROM $environment
                AND status IS NOT DISTINCT FROM CAST($status AS SMALLINT))""",
        {
            "day": dropped.day,
            "environment": dropped.environment,
            "status": None if dropped.is_event else dropped.status,
            "lines": lines,
            "rule": str(dropped.rule),
            "now": now,
        },
    )


def _lines(dues: Sequence[Due], *, is_event: bool) -> int:
    return sum(each.lines for each in dues if each.is_event is is_event)
