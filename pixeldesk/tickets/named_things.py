"""Gather what a text names beside request ids: callers, errors, endpoints and times."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pixeldesk.queries.values import rfc3339
from pixeldesk.store import Store
from pixeldesk.tickets.named_callers import NamedCaller, named_callers
from pixeldesk.tickets.named_errors import NamedErrors, named_errors
from pixeldesk.tickets.times.named_times import LoggedSpan, NamedTime, logged_span, named_times
from pixeldesk.tickets.unanswered import Named
from pixeldesk.trends.coverage import coverage


@dataclass(frozen=True)
class NamedThings:
    """What a text names, and the span of the logs that its times were read by."""

    callers: tuple[NamedCaller, ...]
    errors: NamedErrors
    times: tuple[NamedTime, ...]
    logged: LoggedSpan


def named_things(store: Store, text: str, ids: Iterable[str] = ()) -> NamedThings | None:
    """Return what a text names beside these request ids; None if the store holds no requests.

    Takes a constant number of queries.
    """
    covered = coverage(store)
    if covered.oldest is None or covered.newest is None:
        return None
    now = datetime.now(UTC).replace(tzinfo=None)
    logged = logged_span(covered.oldest, covered.newest, now)
    errors = named_errors(store, text)
    meant = (*ids, *errors.environments, *errors.hosts, *errors.codes, *errors.pipes)
    return NamedThings(
        callers=named_callers(store, text, not_ids=[word.lower() for word in meant if word]),
        errors=errors,
        times=named_times(text, logged),
        logged=logged,
    )


def named(things: NamedThings) -> tuple[Named, ...]:
    """Return what the answer shows of the things that a text names, each kind in the order of the text."""
    return tuple(_named(things))


def _named(things: NamedThings) -> Iterator[Named]:
    for caller in things.callers:
        yield Named(kind=caller.kind, value=caller.name, is_known=caller.is_known)
    errors = things.errors
    for kind, values in (
        ("code", errors.codes),
        ("status", errors.statuses),
        ("route", errors.routes),
        ("pipe", errors.pipes),
        ("host", errors.hosts),
        ("environment", errors.environments),
    ):
        for value in sorted(values, key=lambda each: values[each]):
            yield Named.model_validate({"kind": kind, "value": str(value)})
    for time in things.times:
        if not time.is_of_mail:
            yield Named(kind="time", value=rfc3339(time.moment), since=time.since, until=time.until)
