"""Find the application log lines that ids without a request lead to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.tickets.unanswered import EventLine

_MOST_ALIASED, _MOST_LINES_OF_ID, _MOST_LINES = 20, 100, 1_000


@dataclass(frozen=True)
class LinesOfId:
    """The application log lines of an id: how many there are, when the first was written, and the oldest of them."""

    count: int
    first: datetime
    shown: tuple[EventLine, ...]


def lines_of_ids(store: Store, ids: Sequence[str]) -> dict[str, LinesOfId]:
    """Return the lines of each id that has any: those that carry it, or an id of which it is an alias.

    A line without a request id carries the id of its trace. Of each id at most 100 lines are among those shown.
    """
    if not ids:
        return {}
    names: dict[str, list[str]] = {each: [each] for each in ids}
    for row in question("requests_of_aliases").rows(store, aliases=list(ids), count=_MOST_ALIASED):
        names[row["alias"]].append(row["request_id"])
    asked = list(dict.fromkeys(name for each in names.values() for name in each))
    rows = question("events_by_id").rows(store, request_ids=asked, count=_MOST_LINES_OF_ID)
    by_name: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_name[row["request_id"]].append(row)
    found = {
        each: _lines(each, [by_name[name] for name in of_one if name in by_name]) for each, of_one in names.items()
    }
    return {each: lines for each, lines in found.items() if lines is not None}


def _lines(request_id: str, carrying: Sequence[Sequence[Mapping[str, Any]]]) -> LinesOfId | None:
    if not carrying:
        return None
    lines = sorted(
        (
            EventLine(request_id=request_id, timestamp=row["timestamp"], line=row["raw"])
            for rows in carrying
            for row in rows
        ),
        key=lambda line: line.timestamp,
    )
    count = sum(rows[0]["lines"] for rows in carrying)
    return LinesOfId(count, lines[0].timestamp, tuple(lines[:_MOST_LINES_OF_ID]))


def in_time_order(lines: Mapping[str, LinesOfId]) -> tuple[EventLine, ...]:
    """Return the lines that are shown of all ids, the oldest 1,000, in time order."""
    every = [line for of_one in lines.values() for line in of_one.shown]
    return tuple(sorted(every, key=lambda line: line.timestamp)[:_MOST_LINES])
