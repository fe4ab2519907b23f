"""Compare the requests logged on each day of the last weeks with the median of that weekday."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.logged_time import joined_hours
from pixeldesk.trends.time_range import DAY, HOUR, TimeRange, floor


class Gap(TimeRange):
    """Whole hours without a request in any log."""

    @property
    def hours(self) -> int:
        """The length of the gap, hours."""
        return self.length // HOUR


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
    last_day = floor(span["last_hour"], DAY)
    end = last_day + DAY * (7 - last_day.weekday())
    start = end - 7 * weeks * DAY
    rows = question("requests_by_day").rows(store, earliest=start, latest=end)
    counted = {row["day"]: int(row["requests"]) for row in rows}
    gaps = joined(row["hour"] for row in question("gaps").rows(store))
    missing: dict[datetime, list[datetime]] = defaultdict(list)
    for gap in gaps:
        for hour in (gap.start + number * HOUR for number in range(gap.hours)):
            missing[floor(hour, DAY)].append(hour)
    usual = _usual(counted)
    days = []
    for day in (start + number * DAY for number in range(7 * weeks)):
        requests = counted.get(day, 0)
        is_within = floor(span["first_hour"], DAY) <= day <= last_day
        relative = requests / usual[day.weekday()] if requests else 0.0 if is_within else None
        days.append(CoveredDay(day, requests, relative, tuple(missing[day])))
    return CoveredDays(days, gaps[::-1])


def joined(hours: Iterable[datetime]) -> list[Gap]:
    """Join consecutive hours, given in order, into gaps."""
    return [Gap(span.start, span.end) for span in joined_hours(hours)]


def _usual(counted: dict[datetime, int]) -> dict[int, float]:
    """Return the median of each weekday that has any requests."""
    by_weekday: dict[int, list[int]] = defaultdict(list)
    for day, requests in counted.items():
        by_weekday[day.weekday()].append(requests)
    return {weekday: median(counts) for weekday, counts in by_weekday.items()}
