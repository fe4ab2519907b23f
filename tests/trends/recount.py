"""Counts of the sample in plain Python, which the trends have to give again."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import TimeRange
from tests import sample_lines
from tests.sample_lines import Request


@cache
def _in_order() -> tuple[tuple[datetime, ...], tuple[Request, ...]]:
    ordered = tuple(sorted(sample_lines.requests(), key=lambda one: one.timestamp))
    return tuple(one.timestamp for one in ordered), ordered


def requests_of(start: datetime, end: datetime) -> Sequence[Request]:
    """Those of a half-open range, in order."""
    times, ordered = _in_order()
    return ordered[bisect_left(times, start) : bisect_left(times, end)]


def matching(requests: Iterable[Request], chosen: RequestFilter) -> list[Request]:
    """Those that a filter's values agree with, failed or not."""
    wanted = {
        "environment": chosen.environment,
        "route": chosen.route,
        "host": chosen.host,
        "customer_id": chosen.customer_id,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return [one for one in requests if all(getattr(one, name) == value for name, value in given.items())]


def failed(requests: Iterable[Request], chosen: RequestFilter) -> list[Request]:
    """Those that failed, as the filter wants it."""
    found = [one for one in requests if one.status >= 400]
    if chosen.server_errors_only:
        found = [one for one in found if one.status // 100 == 5]
    return found if chosen.error_code is None else [one for one in found if one.error_code == chosen.error_code]


def numbers(requests: Iterable[Request], within: TimeRange) -> tuple[int, ...]:
    """How many are in each bucket of a range, by the seconds since 1970."""
    width = within.width.total_seconds()
    counted = Counter(_seconds(one.timestamp) // width for one in requests)
    buckets = [_seconds(bucket) / width for bucket in within.buckets]
    assert set(counted) <= set(buckets)
    return tuple(counted[bucket] for bucket in buckets)


def percentile(values: Sequence[float], percent: int) -> float:
    """Between the two nearest in order where it falls between them."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _seconds(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1)).total_seconds()
