"""Compare the requests logged on each day of the last weeks with the median of that weekday."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from pixeldesk.queries import question
from pixeldesk.store import Store

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Gap:
    """Whole hours without a request in any log, from `start` to before `end`. UTC without a zone."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> int:
        """The length of the gap, hours."""
        return (self.end - self.start) // _HOUR


@dataclass(frozen=True)
class CoveredDay:
    """A day, UTC. `relative` is its requests divided by the weekday's median; None outside the logs' time."""

    day: datetime
    requests: int
    relative: float | None
    missing: tuple[datetime, ...]
    """The hours without a request within the logs' time."""

    @property
    def is_gap(self) -> bool:
        """Whether nothing was logged, though there were logs before and after."""
        return self.relative == 0


@dataclass(frozen=True)
class CoveredDays:
    """The days of whole weeks, from a Monday to the week of the newest request, and all gaps, newest first."""

    days: Sequence[CoveredDay]
    gaps: Sequence[Gap]


def covered_days(store: Store, weeks: int) -> CoveredDays | None:
    """Return the last `weeks` weeks; None if nothing was logged."""
    (span,) = question("coverage").rows(store)
    if span["first_hour"] is None:
        return None
    last_day = _day_of(span["last_hour"])
    end = last_day + _DAY * (7 - last_day.weekday())
    start = end - 7 * weeks * _DAY
    rows = question("requests_by_day").rows(store, earliest=start, latest=end)
    counted = {row["day"]: int(row["requests"]) for row in rows}
    gaps = joined(row["hour"] for row in question("gaps").rows(store))
    missing: dict[datetime, list[datetime]] = defaultdict(list)
    for gap in gaps:
        for hour in (gap.start + number * _HOUR for number in range(gap.hours)):
            missing[_day_of(hour)].append(hour)
    usual = _usual(counted)
    days = []
    for day in (start + number * _DAY for number in range(7 * weeks)):
        requests = counted.get(day, 0)
        is_within = _day_of(span["first_hour"]) <= day <= last_day
        relative = requests / usual[day.weekday()] if requests else 0.0 if is_within else None
        days.append(CoveredDay(day, requests, relative, tuple(missing[day])))
    return CoveredDays(days, gaps[::-1])


def joined(hours: Iterable[datetime]) -> list[Gap]:
    """Join consecutive hours, given in order, into gaps."""
    gaps: list[Gap] = []
    for hour in hours:
        if gaps and gaps[-1].end == hour:
            gaps[-1] = Gap(gaps[-1].start, hour + _HOUR)
        else:
            gaps.append(Gap(hour, hour + _HOUR))
    return gaps


def _usual(counted: dict[datetime, int]) -> dict[int, float]:
    """Return the median of each weekday that has any requests."""
    by_weekday: dict[int, list[int]] = defaultdict(list)
    for day, requests in counted.items():
        by_weekday[day.weekday()].append(requests)
    return {weekday: median(counts) for weekday, counts in by_weekday.items()}


def _day_of(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
