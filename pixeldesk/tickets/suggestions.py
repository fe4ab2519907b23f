"""Suggest requests for a ticket without an id: the failures that fit best what the text names, and why they fit.

A customer, website, key or address that the logs know decides whose failures may fit; otherwise the time, the code, the
status and the route do. Of failures that are alike (the same caller, code and route), the one that fits best stands for
all.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pixeldesk.catalogue.wording import counted, listed
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.tickets.named_callers import BEGINNING, NamedCaller
from pixeldesk.tickets.named_errors import NamedErrors, has_message
from pixeldesk.tickets.named_things import NamedThings
from pixeldesk.tickets.times.named_times import NamedTime
from pixeldesk.tickets.unanswered import Suggested

MOST_SUGGESTED = 10
_MOST_ROWS = 2_000
_WITHOUT_TIME = timedelta(days=7)
_LEAST_OF_BEST = 0.6
_LEAST = 14.0
Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Fit:
    """How well a request fits, and in which respects, in words."""

    score: float
    why: tuple[str, ...]


@dataclass(frozen=True)
class _Callers:
    """By what the requests of the named callers are recognised. `own` are customers that own a key or a website."""

    customers: frozenset[str]
    own: frozenset[str]
    websites: frozenset[str]
    key_ids: frozenset[str]
    fingerprints: frozenset[str]
    beginnings: frozenset[str]
    addresses: frozenset[str]
    linked_fingerprints: frozenset[str]
    linked_websites: frozenset[str]
    linked_addresses: frozenset[str]


def suggestions(store: Store, things: NamedThings) -> tuple[Suggested, ...]:
    """Return the failing requests that fit best what a text names, best first; none if it names too little."""
    known = [caller for caller in things.callers if caller.is_known]
    callers = _callers(store, known) if known else None
    rows = _of_callers(store, callers, things) if callers else _around(store, things)
    best: dict[tuple[Any, ...], tuple[_Fit, Row]] = {}
    for row in rows:
        fit = _fit(row, things, callers)
        alike = (
            row["customer_id"] or row["key_fingerprint"] or row["client_ip"],
            row["error_code"],
            row["status"],
            row["route"],
        )
        if fit.score > 0 and (alike not in best or _order(fit, row) < _order(*best[alike])):
            best[alike] = (fit, row)
    ordered = sorted(best.values(), key=lambda each: _order(*each))
    if not ordered:
        return ()
    least = max(_LEAST, ordered[0][0].score * _LEAST_OF_BEST)
    return tuple(_suggested(fit, row) for fit, row in ordered[:MOST_SUGGESTED] if fit.score >= least)


def _order(fit: _Fit, row: Row) -> tuple[float, float, str]:
    return -round(fit.score, 3), -row["timestamp"].timestamp(), row["request_id"]


def _suggested(fit: _Fit, row: Row) -> Suggested:
    return Suggested(
        request_id=row["request_id"],
        timestamp=row["timestamp"],
        customer_id=row["customer_id"],
        status=row["status"],
        code=row["error_code"],
        method=row["method"],
        route=row["route"] or row["path"],
        why=f"It fits {listed([*fit.why])}." if fit.why else "It is the latest failure of this caller.",
    )


# --- candidates -------------------------------------------------------------------------------------------------


def _callers(store: Store, known: Sequence[NamedCaller]) -> _Callers:
    def names(kind: str) -> frozenset[str]:
        return frozenset(caller.name for caller in known if caller.kind == kind)

    customers = names("customer")
    # A website or a key that is named decides, beside its customer; an address may be shared.
    own = frozenset(each.customer_id for each in known if each.customer_id and each.kind != "customer") - customers
    traits = question("traits_of_customers").rows(store, customer_ids=sorted(customers | own))

    def linked(kind: str) -> frozenset[str]:
        return frozenset(row["name"] for row in traits if row["kind"] == kind)

    return _Callers(
        customers=customers,
        own=own,
        websites=names("website"),
        key_ids=frozenset(caller.key_id for caller in known if caller.key_id),
        fingerprints=frozenset(caller.fingerprint for caller in known if caller.fingerprint),
        beginnings=frozenset(caller.beginning for caller in known if caller.beginning),
        addresses=names("address"),
        linked_fingerprints=linked("fingerprint"),
        linked_websites=linked("website"),
        linked_addresses=linked("address"),
    )


def _of_callers(store: Store, callers: _Callers, things: NamedThings) -> list[dict[str, Any]]:
    # A customer who pastes the stored hash of a key sends what the logs have as that key's fingerprint.
    hashes = {fingerprint[:BEGINNING] for fingerprint in callers.linked_fingerprints | callers.fingerprints}
    return question("failures_of_callers").rows(
        store,
        moments=_moments(things),
        customer_ids=sorted(callers.customers | callers.own),
        website_ids=sorted(callers.websites | callers.linked_websites),
        key_ids=sorted(callers.key_ids),
        fingerprints=sorted(callers.fingerprints | callers.linked_fingerprints),
        beginnings=sorted(callers.beginnings | hashes),
        client_ips=sorted(callers.addresses | callers.linked_addresses),
        empty_answers=things.errors.empty,
        count=_MOST_ROWS,
    )


def _around(store: Store, things: NamedThings) -> list[dict[str, Any]]:
    errors = things.errors
    codes = set(errors.codes) or set(errors.hinted_codes)
    statuses = set(errors.statuses) | (errors.hinted_statuses if not errors.codes else set())
    times = [time for time in things.times if not time.is_of_mail]
    # A description alone ("rate limit") fits whoever has such failures.
    if not (times or errors.codes or errors.statuses or errors.routes or errors.pipes):
        return []
    spans = times or list(things.times)
    start = min((time.since for time in spans), default=things.logged.now - _WITHOUT_TIME)
    end = max((time.until for time in spans), default=things.logged.now)
    slack = timedelta(hours=1) if times else timedelta(days=1)
    return question("failures_around").rows(
        store,
        moments=_moments(things),
        start=start - slack,
        end=end + slack,
        codes=sorted(codes),
        statuses=sorted(statuses),
        routes=sorted(errors.routes),
        count=_MOST_ROWS,
    )


def _moments(things: NamedThings) -> list[datetime]:
    named = [time.moment for time in things.times if not time.is_of_mail]
    return named or [time.until for time in things.times] or [things.logged.now]


# --- fitting ----------------------------------------------------------------------------------------------------


def _fit(row: Row, things: NamedThings, callers: _Callers | None) -> _Fit:
    weighed = [*_caller_fits(row, callers)] if callers else []
    if callers and not weighed:
        return _Fit(0, ())
    weighed += [*_error_fits(row, things.errors), *_place_fits(row, things.errors)]
    weighed += _time_fit(row, things)
    score = sum(weight for weight, _ in weighed)
    return _Fit(score, tuple(dict.fromkeys(why for _, why in weighed if why)))


def _caller_fits(row: Row, callers: _Callers) -> Iterator[tuple[float, str]]:
    customer = row["customer_id"]
    if customer and callers.customers and customer not in callers.customers:
        return
    if customer and callers.own and not callers.customers and customer not in callers.own and not callers.addresses:
        return
    checks: tuple[tuple[float, str, bool], ...] = (
        (40, "the customer", customer in callers.customers),
        (30, "the key", row["key_fingerprint"] in callers.fingerprints or row["key_id"] in callers.key_ids),
        (25, "the beginning of the key", (row["key_prefix"] or "").strip() in callers.beginnings),
        (30, "the website", _website(row) in callers.websites),
        (15, "the address", row["client_ip"] in callers.addresses),
    )
    fits = [(weight, why) for weight, why, does in checks if does]
    if not fits and customer in callers.own:
        fits = [(14, "the customer that the text leads to")]
    if not fits and customer is None:
        fits = [*_linked_fits(row, callers)]
    yield from fits


def _linked_fits(row: Row, callers: _Callers) -> Iterator[tuple[float, str]]:
    """Yield why a request that names no customer is probably one of the named callers."""
    beginning = (row["key_prefix"] or "").strip()
    hashes = {fingerprint[:BEGINNING] for fingerprint in callers.linked_fingerprints | callers.fingerprints}
    if row["key_fingerprint"] in callers.linked_fingerprints:
        yield 36, "a key of the customer"
    elif beginning and beginning in hashes:
        yield 34, "the hash of a key of the customer, sent as the key"
    elif _website(row) in callers.linked_websites:
        yield 34, "a website of the customer"
    elif row["client_ip"] in callers.linked_addresses:
        yield 30, "an address that only this customer uses"


def _website(row: Row) -> str | None:
    if row["website_id"]:
        return str(row["website_id"])
    _, _, rest = (row["path"] or "").partition("website_id=")
    return rest.partition("&")[0].partition("#")[0] or None


def _error_fits(row: Row, errors: NamedErrors) -> Iterator[tuple[float, str]]:
    code, status = row["error_code"], row["status"]
    if code in errors.codes:
        yield 34, f"the error code {code}"
    elif code in errors.hinted_codes:
        yield 20, "what the text says of the error"
    if any(has_message(errors.words.text, row[name]) for name in ("error_message", "upstream_message")):
        yield 8, "the message of the error"
    if status in errors.statuses:
        yield 18, f"the status {status}"
    elif status in errors.hinted_statuses:
        yield 12, "what the text says of the status"
    if errors.empty and status < 400:
        yield 22, "an answer without data"


def _place_fits(row: Row, errors: NamedErrors) -> Iterator[tuple[float, str]]:
    path = (row["path"] or "").lower().partition("?")[0]
    last = path.rstrip("/").rpartition("/")[2]
    if row["route"] in errors.routes:
        yield 14, f"the route {row['route']}"
    elif any(word in errors.words for word in _route_words(row["route"] or path)):
        yield 5, "the endpoint"
    if last in errors.pipes:
        yield 12, f"the pipe {last}"
    elif len(last) >= 4 and "_" in last and last in errors.words:
        yield 6, "a word of the path"
    if row["host"] in errors.hosts:
        yield 6, "the host"
    if row["environment"] in errors.environments:
        yield 8, "the environment"
    if row["method"] in errors.methods:
        yield 3, ""


def _route_words(route: str) -> Iterator[str]:
    """Yield the last fixed part of a route, as customers call an endpoint, also in the singular."""
    fixed = [part for part in route.lower().split("/") if part and "{" not in part]
    if fixed and len(fixed[-1]) >= 4:
        yield fixed[-1]
        yield fixed[-1].removesuffix("s")


def _time_fit(row: Row, things: NamedThings) -> list[tuple[float, str]]:
    fits = [_one_time_fit(row["timestamp"], time) for time in things.times]
    if not fits:
        return []
    return [max(fits, key=lambda fit: fit[0])]


def _one_time_fit(at: datetime, time: NamedTime) -> tuple[float, str]:
    """Return how well a request fits a time: most within the likely span and near its middle, least far outside."""
    half = max((time.likely_until - time.likely_since).total_seconds() / 2, 60.0)
    distance = abs((at - time.moment).total_seconds())
    exactness = 12 + 14 * max(0.0, 1 - math.log10(half / 60) / 3.2)
    if time.is_of_mail:
        return (4 * math.exp(-distance / 86400), "") if at <= time.until else (0, "")
    if time.likely_since <= at <= time.likely_until:
        return exactness * (1 - 0.25 * distance / half), _distance_words(at, time)
    outside = min(abs((at - edge).total_seconds()) for edge in (time.likely_since, time.likely_until))
    if time.since <= at <= time.until:
        return 10 * math.exp(-outside / (6 * 3600)) + 2, "the time, in another zone"
    return 7 * math.exp(-outside / max(2 * half, 6 * 3600)), ""


def _distance_words(at: datetime, time: NamedTime) -> str:
    seconds = (at - time.moment).total_seconds()
    if time.likely_until - time.likely_since > timedelta(hours=3):
        return "the time"
    minutes = round(abs(seconds) / 60)
    if minutes < 1:
        return "the time to the minute"
    return f"the time ({counted(minutes, 'minute')} {'later' if seconds > 0 else 'earlier'})"
