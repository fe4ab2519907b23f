"""Drop whole days of lines that the rules keep no longer. What was counted of them stays: see f_is_dropped.

A day is one transaction, so that stopping at any moment leaves whole days. Lines of a dropped day that are read again
are stored, are not counted a second time, and go again with the next run. Lines with an impossible time have no age
and are kept, and so are the excerpts of lines that were not understood.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from pixeldesk.queries import question
from pixeldesk.retention.rules import Rule, rule_for
from pixeldesk.store import Store, Transaction

_DAY = timedelta(days=1)
_REBUILT_FROM_SHARE = 0.02


@dataclass(frozen=True)
class Due:
    """Lines of one day, environment and status that a rule keeps no longer. `is_event`: application log lines."""

    day: datetime
    environment: str | None
    status: int | None
    is_event: bool
    lines: int
    rule: Rule


@dataclass
class RetentionReport:
    """What was dropped, or is due. Days are counted once, whatever is dropped of them."""

    days: int = 0
    requests: int = 0
    events: int = 0
    by_rule: list[dict[str, Any]] = field(default_factory=list)


def due(store: Store, rules: Sequence[Rule], now: datetime) -> list[Due]:
    """What the next run would drop, by day. `now` is UTC without a zone."""
    if not rules:
        return []
    latest = max(rule.cutoff(now) for rule in rules)
    found = []
    for name, is_event in (("old_requests", False), ("old_events", True)):
        for row in question(name).rows(store, latest=latest):
            rule = rule_for(rules, row["environment"], row["status"])
            if rule is not None and row["day"] < rule.cutoff(now):
                found.append(Due(row["day"], row["environment"], row["status"], is_event, row["lines"], rule))
    return sorted(found, key=lambda one: one.day)


def reported(dues: Sequence[Due]) -> RetentionReport:
    """The same, counted."""
    by_rule: dict[str, list[Due]] = {}
    for one in dues:
        by_rule.setdefault(str(one.rule), []).append(one)
    return RetentionReport(
        days=len({one.day for one in dues}),
        requests=_lines(dues, is_event=False),
        events=_lines(dues, is_event=True),
        by_rule=[
            {
                "rule": rule,
                "first_day": min(one.day for one in ones),
                "last_day": max(one.day for one in ones),
                "requests": _lines(ones, is_event=False),
                "events": _lines(ones, is_event=True),
            }
            for rule, ones in by_rule.items()
        ],
    )


def retain(
    store: Store, rules: Sequence[Rule], now: datetime, is_to_stop: Callable[[], bool] = lambda: False
) -> RetentionReport:
    """Drop what is due, the oldest day first, and free its space in the file for new lines. Raises StoreError.

    The file does not become smaller by it: the engine cuts off free space at its end only.
    """
    dues = due(store, rules, now)
    if not dues:
        return RetentionReport()
    dropped: list[Due] = []
    is_much = _is_much(store, dues)
    if is_much:
        store.drop_indexes()
    try:
        for _, of_day in groupby(dues, key=lambda one: one.day):
            if is_to_stop():
                break
            ones = list(of_day)
            with store.transaction() as transaction:
                _drop(transaction, ones, now)
            dropped += ones
        store.checkpoint()
    finally:
        if is_much:
            store.build_indexes()
    return reported(dropped)


def _is_much(store: Store, dues: Sequence[Due]) -> bool:
    """Whether it takes less to build the indexes again than to take all this out of them, and frees more space."""
    stored = int(store.rows("SELECT count(*) AS requests FROM requests")[0]["requests"])
    return _lines(dues, is_event=False) > _REBUILT_FROM_SHARE * stored


def _drop(transaction: Transaction, dues: list[Due], now: datetime) -> None:
    day = {"day": dues[0].day, "next": dues[0].day + _DAY}
    run = transaction.execute
    run("CREATE OR REPLACE TEMP TABLE due (environment VARCHAR, status SMALLINT, is_event BOOLEAN)")
    for one in dues:
        values = {"environment": one.environment, "status": one.status, "is_event": one.is_event}
        run("INSERT INTO due VALUES ($environment, $status, $is_event)", values)
    run(
        """CREATE OR REPLACE TEMP TABLE going_events AS
        SELECT events.rowid AS place
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
        """CREATE OR REPLACE TEMP TABLE going AS
        SELECT requests.rowid AS place, source_id, line_number, request_id
        FROM requests JOIN due ON NOT due.is_event AND due.status = requests.status
            AND due.environment IS NOT DISTINCT FROM requests.environment
        WHERE NOT clock_suspect AND timestamp >= $day AND timestamp < $next""",
        day,
    )
    run("DELETE FROM events WHERE rowid IN (SELECT place FROM going_events)")
    run(
        """DELETE FROM second_lines
        WHERE (first_source_id, first_line_number) IN (SELECT (source_id, line_number) FROM going)"""
    )
    run("DELETE FROM requests WHERE rowid IN (SELECT place FROM going)")
    if transaction.value("SELECT EXISTS (SELECT 1 FROM aliases)"):
        run(
            """DELETE FROM aliases WHERE request_id IN (SELECT request_id FROM going)
            AND request_id NOT IN (SELECT request_id FROM requests)"""
        )
    for one in dues:
        if not one.is_event:
            _note(transaction, one, one.lines, now)
    for environment in dict.fromkeys(one.environment for one in dues if one.is_event):
        events = [one for one in dues if one.is_event and one.environment == environment]
        _note(transaction, events[0], _lines(events, is_event=True), now)


def _note(transaction: Transaction, one: Due, lines: int, now: datetime) -> None:
    """Write down what was dropped. What had come back after it was dropped is not counted again."""
    transaction.execute(
        """INSERT INTO dropped_days
        SELECT $day, $environment, $status, $lines, $rule, $now
        WHERE NOT EXISTS (SELECT 1 FROM dropped_days
            WHERE day = $day AND environment IS NOT DISTINCT FROM $environment
                AND status IS NOT DISTINCT FROM CAST($status AS SMALLINT))""",
        {
            "day": one.day,
            "environment": one.environment,
            "status": None if one.is_event else one.status,
            "lines": lines,
            "rule": str(one.rule),
            "now": now,
        },
    )


def _lines(dues: Sequence[Due], *, is_event: bool) -> int:
    return sum(one.lines for one in dues if one.is_event is is_event)
