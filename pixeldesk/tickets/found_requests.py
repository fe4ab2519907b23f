"""Find the requests that ids lead to: with a constant number of queries, however many requests share an id."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.tickets.named_ids import NamedId
from pixeldesk.tickets.request_ids import variants

MOST_CARDS = 20
"""An answer has at most this many cards; or one for each id, if the text names more ids."""
MOST_ROWS = 10_000
"""An answer lists at most this many further requests."""

_MICROSECOND = timedelta(microseconds=1)
Row = Mapping[str, Any]


class RequestRow(FrozenModel):
    """A request in a few words."""

    request_id: str
    """The request id."""
    timestamp: Moment
    """When the request was answered."""
    customer_id: str | None
    """The customer that the line names."""
    status: int
    """The HTTP status of the answer."""
    code: str | None
    """The error code; null for a success, or if none was logged."""
    method: str | None
    """The HTTP method."""
    route: str | None
    """The route as its template; the path if no route was logged."""
    found_by: str
    """The id in the text that led to the request."""


@dataclass(frozen=True)
class FoundRequest:
    """A request that gets a card: its row of the store, and the id in the text that led to it.

    `is_shared` says whether requests of several customers carry that id. Of the application log lines with the own id
    of the request, those from `lines_from` to `lines_to` are nearer to it than to any other request of that id.
    """

    row: Row
    found_by: str
    is_shared: bool
    lines_from: datetime
    lines_to: datetime


@dataclass(frozen=True)
class FoundRequests:
    """The requests that ids lead to, in the order of the ids, those of one id in time order.

    `shown` get a card; `more` are the others, as far as they are listed. `missing` are ids without a request. `total`
    counts all requests.
    """

    ids: tuple[str, ...]
    shown: tuple[FoundRequest, ...]
    more: tuple[RequestRow, ...]
    missing: tuple[str, ...]
    total: int


@dataclass(frozen=True)
class _Lead:
    """The request ids that an id of the text leads to: itself, a shorter variant, or the ids that it is an alias of."""

    named: str
    request_ids: tuple[str, ...]


@dataclass(frozen=True)
class _Listed:
    """The requests of a lead, in time order. Requests that another lead has already are not among them."""

    lead: _Lead
    rows: tuple[Row, ...]
    is_shared: bool


def find_requests(store: Store, named: Sequence[NamedId], since: datetime | None = None) -> FoundRequests:
    """Find the requests of each id; if there are none, those with this alias; then try its shorter variants.

    The first requests from `since` on get a card, by default the oldest: their order stays when newer lines arrive.
    """
    names = {each.id: (each.id, *variants(each.id)) for each in named}
    whole, is_complete = _whole_rows(store, (name for spellings in names.values() for name in spellings), since)
    leads = _leads(store, names, whole)
    by_id = _rows_by_id(store, leads, whole if is_complete else {})
    shown, more = _chosen(_listed(leads, by_id), since)
    # Of an id or an alias, there may be application log lines only.
    found = {lead.named for lead in leads if any(own in by_id for own in lead.request_ids)}
    ids = tuple(each.id for each in named if each.is_certain or each.id in found)
    return FoundRequests(
        ids=ids,
        shown=_with_windows(_completed(store, shown, whole, since), by_id),
        more=tuple(_request_row(listed.lead, row) for listed, row in more[:MOST_ROWS]),
        missing=tuple(each for each in ids if each not in found),
        total=sum(rows[0].get("sharing", len(rows)) for rows in by_id.values()),
    )


def _whole_rows(store: Store, request_ids: Iterable[str], since: datetime | None) -> tuple[dict[str, list[Row]], bool]:
    """Return rows with all columns by request id, in time order, and whether these are all requests.

    If many requests share an id, they are those that get a card: the first from `since` on.
    """
    asked = list(dict.fromkeys(request_ids))
    if not asked:
        return {}, True
    most = MOST_CARDS * len(asked)
    rows = question("requests_by_id").rows(store, request_ids=asked, count=most + 1)
    if len(rows) <= most:
        return _grouped(rows), True
    first = question("first_requests_by_id")
    return _grouped(first.rows(store, request_ids=asked, since=since, count=MOST_CARDS)), False


def _leads(store: Store, names: Mapping[str, Sequence[str]], whole: Mapping[str, Sequence[Row]]) -> list[_Lead]:
    unknown = [name for own, spellings in names.items() if own not in whole for name in spellings]
    rows = question("requests_of_aliases").rows(store, aliases=unknown, count=MOST_ROWS) if unknown else []
    aliased: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        aliased[row["alias"]].append(row["request_id"])
    leads: list[_Lead] = []
    for own, spellings in names.items():
        ids = next((found for name in spellings if (found := [name] if name in whole else aliased.get(name))), None)
        if ids:
            leads.append(_Lead(own, tuple(ids)))
    return leads


def _rows_by_id(
    store: Store, leads: Iterable[_Lead], complete: Mapping[str, Sequence[Row]]
) -> Mapping[str, Sequence[Row]]:
    """Return all requests of the leads by request id, in time order; without most columns if not in `complete`."""
    rest = [own for lead in leads for own in lead.request_ids if own not in complete]
    rows = question("request_rows").rows(store, request_ids=list(dict.fromkeys(rest)), count=MOST_ROWS) if rest else []
    used = {own for lead in leads for own in lead.request_ids}
    return {own: rows for own, rows in {**complete, **_grouped(rows)}.items() if own in used}


def _listed(leads: Sequence[_Lead], by_id: Mapping[str, Sequence[Row]]) -> list[_Listed]:
    # A request's own id identifies its customer better than a shared id does, such as a trace id.
    first = {own: lead for lead in reversed(leads) for own in lead.request_ids}
    first |= {lead.named: lead for lead in leads if lead.request_ids == (lead.named,)}
    found: list[_Listed] = []
    for lead in leads:
        every = [row for own in lead.request_ids for row in by_id.get(own, ())]
        rows = sorted((row for row in every if first[row["request_id"]] is lead), key=_place)
        if rows:
            found.append(_Listed(lead, tuple(rows), len({row["customer_id"] for row in every}) > 1))
    return found


def _chosen(
    listed: Sequence[_Listed], since: datetime | None
) -> tuple[list[tuple[_Listed, Row]], list[tuple[_Listed, Row]]]:
    """Return the requests that get a card, at least one for each lead, and the others."""
    shown: list[tuple[_Listed, Row]] = []
    more: list[tuple[_Listed, Row]] = []
    spare = max(0, MOST_CARDS - len(listed))
    for each in listed:
        start = _start(each.rows, since)
        end = start + 1 + min(spare, len(each.rows) - start - 1)
        spare -= end - start - 1
        shown += [(each, row) for row in each.rows[start:end]]
        more += [(each, row) for row in (*each.rows[:start], *each.rows[end:])]
    return shown, more


def _start(rows: Sequence[Row], since: datetime | None) -> int:
    """Return the index of the first request from `since` on; 0 if there is none."""
    index = bisect_left(rows, since, key=lambda row: row["timestamp"]) if since else 0
    return index if index < len(rows) else 0


def _completed(
    store: Store, shown: Sequence[tuple[_Listed, Row]], whole: Mapping[str, Sequence[Row]], since: datetime | None
) -> list[tuple[_Listed, Row]]:
    """Return the shown requests with all columns. A request that was dropped meanwhile is left out."""
    known = {_place(row): row for rows in whole.values() for row in rows}
    unknown = (row["request_id"] for _, row in shown if _place(row) not in known)
    known |= {_place(row): row for rows in _whole_rows(store, unknown, since)[0].values() for row in rows}
    return [(listed, known[_place(row)]) for listed, row in shown if _place(row) in known]


def _with_windows(shown: Iterable[tuple[_Listed, Row]], by_id: Mapping[str, Sequence[Row]]) -> tuple[FoundRequest, ...]:
    times = {own: sorted({row["timestamp"] for row in rows}) for own, rows in by_id.items()}
    first_at = {(own, row["timestamp"]): _place(row) for own, rows in by_id.items() for row in reversed(rows)}
    found: list[FoundRequest] = []
    for listed, row in shown:
        own, at = row["request_id"], row["timestamp"]
        # Of requests at the same time, the first has the lines.
        is_first = first_at[own, at] == _place(row)
        earliest, latest = _window(times[own], at) if is_first else (datetime.max, datetime.min)
        found.append(FoundRequest(row, listed.lead.named, listed.is_shared, earliest, latest))
    return tuple(found)


def _window(times: Sequence[datetime], at: datetime) -> tuple[datetime, datetime]:
    """Return from when to when a time is nearer to `at` than to the other times. In the middle, the earlier counts."""
    index = bisect_left(times, at)
    earliest = times[index - 1] + (at - times[index - 1]) // 2 + _MICROSECOND if index else datetime.min
    latest = at + (times[index + 1] - at) // 2 if index + 1 < len(times) else datetime.max
    return earliest, latest


def _request_row(lead: _Lead, row: Row) -> RequestRow:
    return RequestRow(
        request_id=row["request_id"],
        timestamp=row["timestamp"],
        customer_id=row["customer_id"],
        status=row["status"],
        code=row["error_code"],
        method=row["method"],
        route=row["route"] or row["path"],
        found_by=lead.named,
    )


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=_place):
        grouped[row["request_id"]].append(row)
    return dict(grouped)


def _place(row: Row) -> tuple[datetime, int, int, int]:
    """Return where a request stands among all: in time order, and those of one time in the order of their lines."""
    return row["timestamp"], row["source_id"], row["line_number"], row["line_hash"]
