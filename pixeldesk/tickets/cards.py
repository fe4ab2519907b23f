"""Make the card of a request: everything the desk knows about it, from several questions."""

import json
from datetime import datetime, timedelta
from typing import Any

from pixeldesk.catalogue.catalogue import ErrorEntry, catalogue
from pixeldesk.queries import question
from pixeldesk.queries.values import plain
from pixeldesk.store import Store
from pixeldesk.tickets.outage import Outage
from pixeldesk.tickets.replies import ReplyFacts, reply_for

Card = dict[str, Any]
"""The CARD of the command line's contract, with these fields more: key, fault, ours, retry, title, known_code, region,
release, client_ip, user_agent, response_rows, retry_after_s, source, upstream, clock_suspect, aliases. `lookup` adds
found_by, the id in the text, and is_shared: whether that id belongs to requests of several customers.
`lookup.diagnosed` fills in `diagnoses` and `incident`."""

NEIGHBOURS_EACH_WAY = 10
_NEIGHBOUR_SPAN = timedelta(hours=24)
_SECOND_LINE_SPAN = timedelta(minutes=30)
_SAME_REQUEST = "request"
"""The kind of an alias under which other lines of the same request may have been logged."""
# If many requests share an id, only the first ones get neighbours.
_CARDS_WITH_NEIGHBOURS = 20
# Records nested deeper are shown as raw text: json.loads and our consumers would hit their recursion limit.
_DEEPEST_RECORD = 100


def cards(store: Store, request_id: str) -> list[Card]:
    """Return a card for each request with exactly this id, in time order: requests may share an id."""
    requests = sorted(question("request").rows(store, request_id=request_id), key=_in_time)
    if not requests:
        return []
    aliases = question("aliases_of_request").rows(store, request_id=request_id)
    names = [request_id, *(alias["alias"] for alias in aliases if alias["kind"] == _SAME_REQUEST)]
    logged = (event for name in names for event in question("request_events").rows(store, request_id=name))
    events = _by_nearest_request(requests, sorted(logged, key=_in_time))
    return [
        _card(
            store,
            request,
            [*events[number], *_second_lines(store, request)],
            aliases,
            number < _CARDS_WITH_NEIGHBOURS,
        )
        for number, request in enumerate(requests)
    ]


def reply_facts(card: Card) -> ReplyFacts:
    """Return the facts of a card that a reply may use."""
    return ReplyFacts(
        request_id=card["request_id"],
        timestamp=datetime.fromisoformat(card["timestamp"]),
        method=card["method"],
        route=card["route"],
        status=card["status"],
        code=card["error"]["code"],
        entry=catalogue().entry(card["error"]["code"], card["status"], card["upstream"]["message"]),
        details=card["error"]["details"] if isinstance(card["error"]["details"], dict) else None,
        retry_after_s=card["retry_after_s"],
        outage=_outage(card["incident"]),
    )


def _outage(incident: dict[str, Any] | None) -> Outage | None:
    return Outage(since=incident["started_at"], until=incident["ended_at"]) if incident else None


def _card(
    store: Store,
    request: dict[str, Any],
    others: list[dict[str, Any]],
    aliases: list[dict[str, Any]],
    with_neighbours: bool,
) -> Card:
    entry = catalogue().entry(request["error_code"], request["status"], request["upstream_message"])
    lines = sorted([request, *others], key=_in_time)
    card: Card = plain(
        {
            **{
                name: request[name]
                for name in (
                    "request_id", "timestamp", "environment", "method", "route", "path", "status",
                    "duration_ms", "customer_id", "website_id", "host", "region", "release", "client_ip",
                    "user_agent", "response_rows", "retry_after_s", "clock_suspect",
                )
            },
            "error": {
                "code": request["error_code"],
                "message": request["error_message"],
                "details": _json_or_text(request["error_details"]),
            },
            **_meaning(entry),
            "key": _key_hint(request),
            "upstream": {
                "service": request["upstream_service"],
                "status": request["upstream_status"],
                "message": request["upstream_message"],
                "jwt_issued_at": request["jwt_issued_at"],
            },
            "source": {"path": _source(store, request["source_id"]), "line": request["line_number"]},
            "aliases": [{"kind": alias["kind"], "id": alias["alias"]} for alias in aliases],
            "lines": [_json_or_text(line["raw"]) for line in lines],
            "neighbours": _neighbours(store, request) if with_neighbours else {"before": [], "after": []},
            "also_affected": _also_affected(store, request),
            "diagnoses": [],
            "incident": None,
        }
    )  # fmt: skip
    card["reply"] = reply_for(reply_facts(card))
    return card


def _second_lines(store: Store, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines that a proxy, an edge or a platform logged for the same request."""
    at = request["timestamp"]
    return question("second_lines").rows(
        store,
        source_id=request["source_id"],
        line_number=request["line_number"],
        earliest=at - min(_SECOND_LINE_SPAN, at - datetime.min),
        latest=at + min(_SECOND_LINE_SPAN, datetime.max - at),
    )


def _in_time(line: dict[str, Any]) -> tuple[datetime, int, int]:
    return line["timestamp"], line["source_id"], line["line_number"]


def _source(store: Store, source_id: int) -> str | None:
    rows = question("source").rows(store, source_id=source_id)
    return rows[0]["path"] if rows else None


def _meaning(entry: ErrorEntry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "meaning": entry.meaning,
        "fix": entry.fix,
        "retryable": entry.retryable,
        "retry": entry.retry,
        "fault": entry.fault,
        "ours": entry.is_ours,
        "known_code": entry.known,
    }


def _key_hint(request: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a key that may be shown: never more than its first twelve characters."""
    return {
        "id": request["key_id"],
        "prefix": request["key_prefix"],
        "length": request["key_length"],
        "fingerprint": request["key_fingerprint"],
        "scopes": request["key_scopes"],
        "revoked_at": request["key_revoked_at"],
        "expires_at": request["key_expires_at"],
    }


def _neighbours(store: Store, request: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the nearest requests of the same customer, key or address: within a day, or farther away if none are."""
    at = request["timestamp"]
    a_day_before = at - min(_NEIGHBOUR_SPAN, at - datetime.min)
    a_day_after = at + min(_NEIGHBOUR_SPAN, datetime.max - at)
    same = {
        "at": at,
        "request_id": request["request_id"],
        "customer_id": request["customer_id"],
        "key_fingerprint": request["key_fingerprint"],
        "client_ip": request["client_ip"],
        "count": NEIGHBOURS_EACH_WAY,
    }
    before, after = question("requests_before"), question("requests_after")
    return {
        "before": (
            before.rows(store, **same, earliest=a_day_before) or before.rows(store, **same, earliest=datetime.min)
        )[::-1],
        "after": (after.rows(store, **same, latest=a_day_after) or after.rows(store, **same, latest=datetime.max)),
    }


def _also_affected(store: Store, request: dict[str, Any]) -> dict[str, int]:
    if request["error_code"] is None:
        return {"customers": 0, "requests": 0, "unnamed_callers": 0, "unnamed_requests": 0}
    (row,) = question("also_affected").rows(
        store,
        hour=request["timestamp"].replace(minute=0, second=0, microsecond=0),
        error_code=request["error_code"],
        caller=request["customer_id"] or request["key_fingerprint"] or request["client_ip"],
    )
    return {name: int(value) for name, value in row.items()}


def _by_nearest_request(requests: list[dict[str, Any]], events: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Assign each event to the request nearest in time. Returns a list of events for each request."""
    nearest: list[list[dict[str, Any]]] = [[] for _ in requests]
    for event in events:
        distances = [abs(request["timestamp"] - event["timestamp"]) for request in requests]
        nearest[distances.index(min(distances))].append(event)
    return nearest


def _json_or_text(text: str | None) -> Any:
    """Parse a JSON document. Returns the text itself if Python cannot parse it, or if it is nested too deep."""
    if text is None:
        return None
    try:
        value = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
    return text if _is_deeper_than(_DEEPEST_RECORD, value) else value


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
