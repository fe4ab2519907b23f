"""Count the sample in plain Python, to check the trends against."""

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
    ordered = tuple(sorted(sample_lines.requests(), key=lambda request: request.timestamp))
    return tuple(request.timestamp for request in ordered), ordered


def requests_of(start: datetime, end: datetime) -> Sequence[Request]:
    """Return the requests of a half-open range, in time order."""
    times, ordered = _in_order()
    return ordered[bisect_left(times, start) : bisect_left(times, end)]


def matching(requests: Iterable[Request], chosen: RequestFilter) -> list[Request]:
    """Return the requests that match a filter, failed or not."""
    wanted = {
        "environment": chosen.environment,
        "route": chosen.route,
        "host": chosen.host,
        "customer_id": chosen.customer_id,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return [request for request in requests if all(getattr(request, name) == value for name, value in given.items())]


def failed(requests: Iterable[Request], chosen: RequestFilter) -> list[Request]:
    """Return the requests that count as errors under a filter."""
    found = [request for request in requests if request.status >= 400]
    if chosen.server_errors_only:
        found = [request for request in found if request.status // 100 == 5]
    return (
        found
        if chosen.error_code is None
        else [request for request in found if request.error_code == chosen.error_code]
    )


def numbers(requests: Iterable[Request], within: TimeRange) -> tuple[int, ...]:
    """Count the requests in each bucket of a range, by seconds since 1970."""
    width = within.width.total_seconds()
    counted = Counter(_seconds(request.timestamp) // width for request in requests)
    buckets = [_seconds(bucket) / width for bucket in within.buckets]
    assert set(counted) <= set(buckets)
    return tuple(counted[bucket] for bucket in buckets)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile, interpolated between the two nearest values."""
    ordered = sorted(values)
    index = (len(ordered) - 1) * percent / 100
    below = int(index)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (index - below)


def _seconds(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1)).total_seconds()
