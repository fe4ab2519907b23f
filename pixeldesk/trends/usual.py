"""What is usual: the same time of day over the fortnight before, as far as the logs have it whole."""

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
"""How many days before are looked at."""

FEWEST_DAYS = 5
"""Of fewer days nothing is said to be usual."""

_BAND = (10, 90)


@dataclass(frozen=True)
class Band:
    """From the 10th to the 90th percentile of the days before; percentiles lie between two days where need be."""

    low: float
    high: float


@dataclass(frozen=True)
class Usual:
    """A band a bucket for each of the chart's measures; None where too few days are there to compare with."""

    errors: tuple[Band | None, ...]
    requests: tuple[Band | None, ...]
    rates: tuple[Band | None, ...]


def usual(store: Store, within: TimeRange, chosen: RequestFilter, logged: LoggedTime) -> Usual:
    """What a range's buckets have to be compared with, each as a whole."""
    counted = _counted(store, within, chosen)
    width = within.width
    days = [_whole_days_before(TimeRange(bucket, bucket + width), logged) for bucket in within.buckets]

    def bands(value: Callable[[int, int], float | None]) -> tuple[Band | None, ...]:
        return tuple(_band([value(*counted.get(one.start, (0, 0))) for one in of_bucket]) for of_bucket in days)

    return Usual(
        errors=bands(lambda _, failed: failed),
        requests=bands(lambda requests, _: requests),
        rates=bands(lambda requests, failed: failed / requests if requests else None),
    )


def days_before(part: TimeRange) -> list[TimeRange]:
    """The same time of day on each day of the fortnight before, from the last to the first."""
    return [part.shifted(-day * DAY) for day in range(1, FORTNIGHT + 1)]


def _whole_days_before(part: TimeRange, logged: LoggedTime) -> list[TimeRange]:
    return [one for one in days_before(part) if logged.is_whole(one)]


def _counted(store: Store, within: TimeRange, chosen: RequestFilter) -> dict[datetime, tuple[int, int]]:
    """Requests and errors of each bucket of the days before that has any."""
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
        **chosen.of_requests,
        **chosen.of_errors,
    )
    return {row["bucket"]: (int(row["requests"]), int(row["failed"])) for row in rows}


def _band(values: Sequence[float | None]) -> Band | None:
    known = [value for value in values if value is not None]
    if len(known) < FEWEST_DAYS:
        return None
    low, high = np.percentile(known, _BAND)
    return Band(float(low), float(high))
