"""Count an incident's failures over time and by host, and the customers it hit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pydantic import ConfigDict

from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.incidents.incident import LEAST_STATUS, Incident, code_of
from pixeldesk.incidents.times import span_of
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.listed_request import ListedRequest
from pixeldesk.trends.time_range import HOUR, MINUTE, TimeRange, ceiling, floor, seconds_of

_MOST_HOSTS = 6
# Of a row of incident_customers.
_SOME_COLUMNS = ConfigDict(extra="ignore")


@dataclass(frozen=True)
class HostFailures:
    """Failures per minute on a host, with the start of each bucket. `host` is None if it was not logged.

    `is_rest` marks the sum over all hosts that are not listed separately.
    """

    host: str | None
    buckets: tuple[datetime, ...]
    per_minute: tuple[float, ...]
    is_rest: bool = False


class HitCustomer(FrozenModel):
    """A customer that an incident hit, with its failed requests, and the first and the last minute of them."""

    model_config = _SOME_COLUMNS

    customer_id: str
    requests: int
    first_seen: Moment
    last_seen: Moment


class UnnamedCallers(FrozenModel):
    """The callers that an incident hit whose customer is unknown, and their failed requests."""

    model_config = _SOME_COLUMNS

    callers: int
    requests: int


@dataclass(frozen=True)
class Around:
    """Failures from an hour before an incident to an hour after it, and the customers it hit.

    `unnamed` counts the callers whose customer is unknown; None without any.
    """

    time: TimeRange
    hosts: tuple[HostFailures, ...]
    customers: tuple[HitCustomer, ...]
    unnamed: UnnamedCallers | None


def around(store: Store, incident: Incident, newest: datetime) -> Around:
    """Count failures around an incident, up to the newest record, without callers that failed before it began."""
    began, past = span_of(incident)
    filters = {
        "environment": incident.environment,
        "error_code": code_of(incident),
        "not_callers": list(incident.failing_before),
    }
    time = _in_buckets(TimeRange(began - HOUR, min(past + HOUR, max(past, newest))))
    failures = question("incident_minutes").rows(
        store, start=time.start, end=time.end, seconds=seconds_of(time.width), **filters
    )
    hit = question("incident_customers").rows(store, start=floor(began, MINUTE), end=ceiling(past, MINUTE), **filters)
    return Around(
        time=time,
        hosts=_by_host([_Failed(**row) for row in failures], time.width / MINUTE),
        customers=tuple(HitCustomer.of_rows(row for row in hit if row["customer_id"] is not None)),
        unnamed=next(iter(UnnamedCallers.of_rows(row for row in hit if row["customer_id"] is None)), None),
    )


def examples_of(store: Store, incident: Incident) -> list[ListedRequest]:
    """Return an incident's example requests. Other requests with the same ids are left out."""
    start, past = span_of(incident)
    found = [
        request
        for example in incident.examples
        for request in ListedRequest.of_rows(question("request").rows(store, request_id=example))
    ]
    return [request for request in found if start <= request.timestamp < past and (request.status or 0) >= LEAST_STATUS]


def _in_buckets(time: TimeRange) -> TimeRange:
    return TimeRange(floor(time.start, time.width), ceiling(time.end, time.width))


class _Failed(NamedTuple):
    """The requests that failed on a host in a bucket."""

    bucket: datetime
    host: str | None
    requests: int


def _by_host(rows: Sequence[_Failed], minutes: float) -> tuple[HostFailures, ...]:
    """Return failures by host, sorted by name. Of more than `_MOST_HOSTS` hosts, the less busy ones are summed up."""
    counted: Counter[str | None] = Counter()
    for row in rows:
        counted[row.host] += row.requests
    busiest = sorted(counted, key=lambda host: -counted[host])
    listed = busiest if len(busiest) <= _MOST_HOSTS else busiest[: _MOST_HOSTS - 1]
    in_order = sorted(listed, key=lambda host: (host is None, host or ""))
    found = [_host_failures(host, [row for row in rows if row.host == host], minutes) for host in in_order]
    others = [row for row in rows if row.host not in listed]
    return (*found, *([_host_failures(None, others, minutes, is_rest=True)] if others else []))


def _host_failures(host: str | None, rows: Sequence[_Failed], minutes: float, *, is_rest: bool = False) -> HostFailures:
    counted: Counter[datetime] = Counter()
    for row in rows:
        counted[row.bucket] += row.requests
    return HostFailures(host, tuple(counted), tuple(count / minutes for count in counted.values()), is_rest)
