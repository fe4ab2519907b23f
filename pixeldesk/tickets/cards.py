"""Make the cards of requests: everything the desk knows about each, from one question for all of them.

Only neighbours are asked for by caller, and by card where the cards of a caller are far from each other.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import JsonValue

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.queries import question
from pixeldesk.queries.values import plain
from pixeldesk.store import Store
from pixeldesk.tickets.card import (
    Alias,
    AliasKind,
    AlsoAffected,
    Card,
    ErrorBody,
    KeyHint,
    Neighbour,
    Neighbours,
    Source,
    Upstream,
)
from pixeldesk.tickets.found_requests import FoundRequest, Row
from pixeldesk.tickets.nearest_pipes import nearest_pipes

NEIGHBOURS_EACH_WAY = 10
# How many more rows are asked for with each further request of a caller: those between it and the next, as a guess.
_ROWS_FOR_ANOTHER = 50
_NEIGHBOUR_SPAN = timedelta(hours=24)
_SECOND_LINE_SPAN = timedelta(minutes=30)
_MOST_ALIASES = 50
_MOST_LINES = 10_000
"""The cards of one answer show at most this many application log lines."""
_SAME_REQUEST: AliasKind = "request"
"""The kind of an alias under which other lines of the same request may have been logged."""
# Records nested deeper are shown as raw text: json.loads and our consumers would hit their recursion limit.
_DEEPEST_RECORD = 100


_Moment = tuple[datetime, str]
_Later = TypeVar("_Later", datetime, _Moment)


@dataclass(frozen=True)
class _Side:
    """The requests before a request, or those after it: their question, and its parameter for the end of the time."""

    question: str
    bound: str
    is_after: bool

    @property
    def end_of_time(self) -> datetime:
        return datetime.max if self.is_after else datetime.min

    def end_of_day(self, at: datetime) -> datetime:
        return _later(at, _NEIGHBOUR_SPAN) if self.is_after else _earlier(at, _NEIGHBOUR_SPAN)

    def is_beyond(self, one: _Later, other: _Later) -> bool:
        """Return whether a time, or a moment, is farther on this side than another."""
        return one > other if self.is_after else one < other


_BEFORE = _Side("requests_before", "earliest", is_after=False)
_AFTER = _Side("requests_after", "latest", is_after=True)


def cards_of(store: Store, requests: Sequence[FoundRequest]) -> tuple[Card, ...]:
    """Return a card for each request, in the same order, with the reply from the catalogue."""
    if not requests:
        return ()
    rows = [request.row for request in requests]
    aliases = _aliases(store, rows)
    lines = _lines(store, requests, aliases)
    paths = _source_paths(store, rows)
    affected = _also_affected(store, rows)
    neighbours = _neighbours(store, rows)
    pipes = nearest_pipes(store, rows)
    return tuple(
        _card(
            request,
            aliases=aliases.get(request.row["request_id"], []),
            lines=lines[number],
            path=paths.get(request.row["source_id"]),
            neighbours=neighbours[number],
            also_affected=affected.get(number, AlsoAffected()),
            nearest_pipe=pipes.get(number),
        )
        for number, request in enumerate(requests)
    )


def _card(
    request: FoundRequest,
    *,
    aliases: Sequence[Alias],
    lines: Sequence[JsonValue],
    path: str | None,
    neighbours: Neighbours,
    also_affected: AlsoAffected,
    nearest_pipe: str | None,
) -> Card:
    row = request.row
    entry = catalogue().entry(row["error_code"], row["status"], row["upstream_message"])
    return Card(
        **{
            name: row[name]
            for name in (
                "request_id", "timestamp", "environment", "method", "route", "path", "status", "duration_ms",
                "customer_id", "website_id", "host", "region", "release", "client_ip", "user_agent", "response_rows",
                "retry_after_s", "clock_suspect",
            )
        },
        error=ErrorBody(
            code=row["error_code"], message=row["error_message"], details=_json_or_text(row["error_details"])
        ),
        title=entry.title,
        meaning=entry.meaning,
        fix=entry.fix,
        retryable=entry.retryable,
        retry=entry.retry,
        fault=entry.fault,
        ours=entry.is_ours,
        known_code=entry.known,
        key=_key_hint(row),
        upstream=Upstream(
            service=row["upstream_service"],
            status=row["upstream_status"],
            message=row["upstream_message"],
            jwt_issued_at=row["jwt_issued_at"],
        ),
        source=Source(path=path, line=row["line_number"]),
        aliases=tuple(aliases),
        lines=tuple(lines),
        neighbours=neighbours,
        also_affected=also_affected,
        nearest_pipe=nearest_pipe,
        found_by=request.found_by,
        is_shared=request.is_shared,
    )  # fmt: skip


def _key_hint(row: Row) -> KeyHint:
    return KeyHint(
        id=row["key_id"],
        prefix=row["key_prefix"],
        length=row["key_length"],
        fingerprint=row["key_fingerprint"],
        scopes=row["key_scopes"],
        revoked_at=row["key_revoked_at"],
        expires_at=row["key_expires_at"],
    )


def _aliases(store: Store, rows: Sequence[Row]) -> Mapping[str, list[Alias]]:
    """Return the aliases by request id."""
    ids = list({row["request_id"]: None for row in rows})
    aliases: dict[str, list[Alias]] = defaultdict(list)
    for row in question("aliases_of_requests").rows(store, request_ids=ids, count=_MOST_ALIASES):
        aliases[row["request_id"]].append(Alias(kind=row["kind"], id=row["alias"]))
    return aliases


def _lines(
    store: Store, requests: Sequence[FoundRequest], aliases: Mapping[str, Sequence[Alias]]
) -> list[list[JsonValue]]:
    """Return the log lines of each request in time order: its own, events, and those of a proxy or an edge."""
    lines = [[request.row] for request in requests]
    for number, row in [*_events(store, requests, aliases), *_second_lines(store, requests)]:
        lines[number].append(row)
    return [[_json_or_text(row["raw"]) for row in sorted(of_one, key=_in_time)] for of_one in lines]


def _events(
    store: Store, requests: Sequence[FoundRequest], aliases: Mapping[str, Sequence[Alias]]
) -> list[tuple[int, Row]]:
    asked = [
        (number, name, request.lines_from, request.lines_to)
        for number, request in enumerate(requests)
        for own in [request.row["request_id"]]
        for name in [own, *(alias.id for alias in aliases.get(own, ()) if alias.kind == _SAME_REQUEST)]
    ]
    numbers, names, starts, ends = (list(column) for column in zip(*asked, strict=True))
    rows = question("events_of_requests").rows(store, request_ids=names, starts=starts, ends=ends, count=_MOST_LINES)
    return [(numbers[row["number"]], row) for row in rows]


def _second_lines(store: Store, requests: Sequence[FoundRequest]) -> list[tuple[int, Row]]:
    rows = [request.row for request in requests]
    numbers: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        # One line may hold several requests.
        numbers[row["source_id"], row["line_number"]].append(number)
    times = [row["timestamp"] for row in rows]
    found = question("second_lines").rows(
        store,
        source_ids=[source_id for source_id, _ in numbers],
        line_numbers=[line_number for _, line_number in numbers],
        earliest=_earlier(min(times), _SECOND_LINE_SPAN),
        latest=_later(max(times), _SECOND_LINE_SPAN),
    )
    return [(number, row) for row in found for number in numbers[row["first_source_id"], row["first_line_number"]]]


def _in_time(line: Row) -> tuple[datetime, int, int]:
    return line["timestamp"], line["source_id"], line["line_number"]


def _source_paths(store: Store, rows: Sequence[Row]) -> dict[int, str]:
    ids = list({row["source_id"]: None for row in rows})
    return {row["source_id"]: row["path"] for row in question("source_paths").rows(store, source_ids=ids)}


def _also_affected(store: Store, rows: Sequence[Row]) -> dict[int, AlsoAffected]:
    """Return who else was affected, by the number of the row; nothing for a row without an error code."""
    failed = [number for number, row in enumerate(rows) if row["error_code"] is not None]
    if not failed:
        return {}
    found = question("also_affected").rows(
        store,
        hours=[rows[number]["timestamp"].replace(minute=0, second=0, microsecond=0) for number in failed],
        error_codes=[rows[number]["error_code"] for number in failed],
        callers=[_caller(rows[number]) for number in failed],
    )
    return {
        failed[row["number"]]: AlsoAffected(**{name: row[name] for name in AlsoAffected.model_fields}) for row in found
    }


def _caller(row: Row) -> str:
    return row["customer_id"] or row["key_fingerprint"] or row["client_ip"] or ""


def _neighbours(store: Store, rows: Sequence[Row]) -> list[Neighbours]:
    """Return the nearest requests of the same customer, key or address: within a day, or farther away if none are."""
    by_caller: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        by_caller[_traits(row)].append(row)
    before = {caller: _beside(store, own, _BEFORE) for caller, own in by_caller.items()}
    after = {caller: _beside(store, own, _AFTER) for caller, own in by_caller.items()}
    return [
        Neighbours(before=before[_traits(row)][_moment(row)][::-1], after=after[_traits(row)][_moment(row)])
        for row in rows
    ]


def _beside(store: Store, own: Sequence[Row], side: _Side) -> dict[_Moment, tuple[Neighbour, ...]]:
    """Return the neighbours on one side of requests of one caller, the nearest first.

    Requests that share an id are often close together: then one question finds the neighbours of all.
    """
    most = NEIGHBOURS_EACH_WAY + _ROWS_FOR_ANOTHER * (len(own) - 1)
    ends = [side.end_of_day(row["timestamp"]) for row in own]
    first = min(own, key=_moment) if side.is_after else max(own, key=_moment)
    listed = _ask(store, first, side, max(ends) if side.is_after else min(ends), most)
    found: dict[_Moment, tuple[Neighbour, ...]] = {}
    for row, end in zip(own, ends, strict=True):
        beyond = [each for each in listed if side.is_beyond(_moment(each), _moment(row))]
        near = [each for each in beyond if not side.is_beyond(each["timestamp"], end)]
        may_be_cut = len(listed) == most and len(near) == len(beyond)
        if may_be_cut and len(near) < NEIGHBOURS_EACH_WAY:
            near = _ask(store, row, side, end, NEIGHBOURS_EACH_WAY)
        near = near or _ask(store, row, side, side.end_of_time, NEIGHBOURS_EACH_WAY)
        found[_moment(row)] = tuple(Neighbour(**each) for each in near[:NEIGHBOURS_EACH_WAY])
    return found


def _ask(store: Store, row: Row, side: _Side, end: datetime, count: int) -> list[Row]:
    same = {name: row[name] for name in ("request_id", "customer_id", "key_fingerprint", "client_ip")}
    bounds = {"at": row["timestamp"], side.bound: end}
    return [*question(side.question).rows(store, **same, **bounds, count=count)]


def _traits(row: Row) -> tuple[object, ...]:
    return row["customer_id"], row["key_fingerprint"], row["client_ip"]


def _moment(row: Row) -> _Moment:
    return row["timestamp"], row["request_id"]


def _earlier(at: datetime, span: timedelta) -> datetime:
    return at - min(span, at - datetime.min)


def _later(at: datetime, span: timedelta) -> datetime:
    return at + min(span, datetime.max - at)


def _json_or_text(text: str | None) -> JsonValue:
    """Parse a JSON document. Returns the text itself if Python cannot parse it, or if it is nested too deep."""
    if text is None:
        return None
    try:
        value = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
    document: JsonValue = text if _is_deeper_than(_DEEPEST_RECORD, value) else plain(value)
    return document


def _is_deeper_than(levels: int, value: Any) -> bool:
    level = [value]
    for _ in range(levels):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return bool(level)
