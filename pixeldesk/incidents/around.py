"""What the page of an incident shows beside the incident itself: its failures over time, and whom it hit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.membership import LEAST_STATUS, code_of
from pixeldesk.incidents.times import span_of
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.time_range import HOUR, MINUTE, TimeRange, ceiling, floor, seconds_of

_MOST_HOSTS = 6


@dataclass(frozen=True)
class HostFailures:
    """The failures on one host, None where it is not logged: when each bucket begins, and how many a minute.

    `is_rest` where it is all hosts that are not shown by themselves.
    """

    host: str | None
    buckets: tuple[datetime, ...]
    per_minute: tuple[float, ...]
    is_rest: bool = False


@dataclass(frozen=True)
class Around:
    """The failures from an hour before an incident to an hour after, and the customers of the incident itself.

    `customers` are rows of the question incident_customers, `unnamed` is the one of callers without a customer.
    """

    time: TimeRange
    hosts: tuple[HostFailures, ...]
    customers: tuple[dict[str, Any], ...]
    unnamed: dict[str, Any] | None


def around(store: Store, incident: Incident, newest: datetime) -> Around:
    """Nothing counts the callers that failed before it began, and nothing is shown after the newest record."""
    began, past = span_of(incident)
    whose = {
        "environment": incident.environment,
        "error_code": code_of(incident),
        "not_callers": list(incident.failing_before),
    }
    time = _in_buckets(TimeRange(began - HOUR, min(past + HOUR, max(past, newest))))
    failures = question("incident_minutes").rows(
        store, start=time.start, end=time.end, seconds=seconds_of(time.width), **whose
    )
    hit = question("incident_customers").rows(store, start=floor(began, MINUTE), end=ceiling(past, MINUTE), **whose)
    return Around(
        time=time,
        hosts=_by_host(failures, time.width / MINUTE),
        customers=tuple(row for row in hit if row["customer_id"] is not None),
        unnamed=next((row for row in hit if row["customer_id"] is None), None),
    )


def examples_of(store: Store, incident: Incident) -> list[dict[str, Any]]:
    """The rows of the requests that show it best; an id may be another request's too."""
    start, past = span_of(incident)
    rows = [row for one in incident.examples for row in question("request").rows(store, request_id=one)]
    return [row for row in rows if start <= row["timestamp"] < past and row["status"] >= LEAST_STATUS]


def _in_buckets(time: TimeRange) -> TimeRange:
    return TimeRange(floor(time.start, time.width), ceiling(time.end, time.width))


def _by_host(rows: list[dict[str, Any]], minutes: float) -> tuple[HostFailures, ...]:
    """Host by host in their order; where there are many, all but the busiest together as the rest."""
    counted: dict[str | None, int] = {}
    for row in rows:
        counted[row["host"]] = counted.get(row["host"], 0) + int(row["requests"])
    busiest = sorted(counted, key=lambda host: -counted[host])
    apart = busiest if len(busiest) <= _MOST_HOSTS else busiest[: _MOST_HOSTS - 1]
    in_order = sorted(apart, key=lambda host: (host is None, host or ""))
    found = [_of_host(host, [row for row in rows if row["host"] == host], minutes) for host in in_order]
    others = [row for row in rows if row["host"] not in apart]
    return (*found, *([_of_host(None, others, minutes, is_rest=True)] if others else []))


def _of_host(host: str | None, rows: list[dict[str, Any]], minutes: float, *, is_rest: bool = False) -> HostFailures:
    counted: dict[datetime, int] = {}
    for row in rows:
        counted[row["bucket"]] = counted.get(row["bucket"], 0) + int(row["requests"])
    return HostFailures(host, tuple(counted), tuple(count / minutes for count in counted.values()), is_rest)
