"""Compute what is usual: the same time of day on the days of the fortnight before that the logs cover fully."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.logged_time import LoggedTime
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, HOUR, TimeRange, seconds_of

FORTNIGHT = 14
"""How many days before are compared with."""

FEWEST_DAYS = 5
"""With fewer days to compare with, nothing counts as usual."""

_BAND = (10, 90)


@dataclass(frozen=True)
class Band:
    """The 10th and 90th percentiles of the days before, interpolated between days."""

    low: float
    high: float


@dataclass(frozen=True)
class Usual:
    """A band per bucket for each measure of a chart; None with too few days to compare with."""

    errors: tuple[Band | None, ...]
    requests: tuple[Band | None, ...]
    rates: tuple[Band | None, ...]


def usual(store: Store, within: TimeRange, chosen: RequestFilter, logged: LoggedTime) -> Usual:
    """Compute the bands of a range's buckets. Buckets at the edges are taken as whole."""
    counted = _counted(store, within, chosen)
    width = within.width
    days = [_whole_days_before(TimeRange(bucket, bucket + width), logged) for bucket in within.buckets]

    def bands(value: Callable[[int, int], float | None]) -> tuple[Band | None, ...]:
        return tuple(_band([value(*counted.get(day.start, (0, 0))) for day in of_bucket]) for of_bucket in days)

    return Usual(
        errors=bands(lambda _, failed: failed),
        requests=bands(lambda requests, _: requests),
        rates=bands(lambda requests, failed: failed / requests if requests else None),
    )


def days_before(part: TimeRange) -> list[TimeRange]:
    """Return the same time of day on each day of the fortnight before, latest first."""
    return [part.shifted(-day * DAY) for day in range(1, FORTNIGHT + 1)]


def _whole_days_before(part: TimeRange, logged: LoggedTime) -> list[TimeRange]:
    return [day for day in days_before(part) if logged.is_whole(day)]


def _counted(store: Store, within: TimeRange, chosen: RequestFilter) -> dict[datetime, tuple[int, int]]:
    """Return requests and errors by bucket of the days before. Buckets without requests are missing."""
    width = within.width
    whole = TimeRange(within.buckets[0], within.buckets[-1] + width)
    earliest, latest = whole.start - FORTNIGHT * DAY, whole.end - DAY
    rows = question("usual_by_bucket").rows(
        store,
        earliest=earliest,
        latest=latest,
        first_hour=earliest if width >= HOUR else latest,
        seconds=seconds_of(width),
        seconds_of_day=seconds_of(min(whole.length, DAY)),
        **chosen.request_parameters,
        **chosen.error_parameters,
    )
    return {row["bucket"]: (int(row["requests"]), int(row["failed"])) for row in rows}


def _band(values: Sequence[float | None]) -> Band | None:
    known = [value for value in values if value is not None]
    if len(known) < FEWEST_DAYS:
        return None
    low, high = np.percentile(known, _BAND)
    return Band(float(low), float(high))
