"""Rank the error codes in the newest part of a range against what is usual at that time of day."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

import numpy as np

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.error_series import code_name
from pixeldesk.trends.logged_time import LoggedTime
from pixeldesk.trends.proportions import Proportion
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, MINUTE, TimeRange, floor, seconds_of
from pixeldesk.trends.usual import FEWEST_DAYS, FORTNIGHT, days_before

_PART_OF_THE_RANGE = 6
_MOST_SHOWN = 4
_FEWEST_TO_STAND_OUT = 5
_TIMES_THE_USUAL = 2
_HIGH_PERCENTILE = 90


@dataclass(frozen=True)
class WorstCode:
    """A code's errors in the newest part. `usual` is the median of the days before; None with too few days."""

    name: str
    is_ours: bool
    errors: int
    usual: float | None
    stands_out: bool

    @property
    def more_than_usual(self) -> float:
        """Errors beyond the usual number; 0 if that is unknown."""
        return 0.0 if self.usual is None else self.errors - self.usual


@dataclass(frozen=True)
class WorstNow:
    """The error rate in the newest part of a range, and up to four codes, worst first.

    `days` is the number of days compared with, `usual_rate` the median of their rates; None if no day has a rate.
    """

    part: TimeRange
    days: int
    rate: Proportion
    usual_rate: float | None
    codes: tuple[WorstCode, ...]


def newest_part(within: TimeRange, logged: LoggedTime) -> TimeRange | None:
    """Return the last sixth of a range's logged time, a day at most; None if nothing was logged in it."""
    seen = within.overlap(logged.span)
    if seen is None:
        return None
    length = min(DAY, max(MINUTE, within.length / _PART_OF_THE_RANGE))
    return TimeRange(max(seen.start, floor(seen.end - length, MINUTE)), seen.end)


def worst_now(store: Store, part: TimeRange, chosen: RequestFilter, logged: LoggedTime) -> WorstNow:
    """Count each code in a part of at most a day, and at the same time on the days before.

    A code stands out if it has at least 5 errors, at least twice the usual, and more than the 90th percentile of the
    days before. Codes that stand out come first, by errors beyond the usual; then the others, by errors.
    """
    counted = _counted(store, part, chosen)
    before = [day.start for day in days_before(part) if logged.is_whole(day)]
    days = before if len(before) >= FEWEST_DAYS else []
    codes = [
        _judged(name, name in counted.ours, counts[part.start], [counts[day] for day in days])
        for name, counts in counted.by_code.items()
        if counts[part.start]
    ]
    rates = [counted.errors[day] / counted.requests[day] for day in days if counted.requests[day]]
    return WorstNow(
        part,
        len(days),
        Proportion(counted.errors[part.start], counted.requests[part.start]),
        median(rates) if rates else None,
        tuple(sorted(codes, key=_worst_first)[:_MOST_SHOWN]),
    )


@dataclass
class _Counted:
    """Counts of the part and of the days before, keyed by the time at which each day's part begins."""

    requests: Counter[datetime] = field(default_factory=Counter)
    errors: Counter[datetime] = field(default_factory=Counter)
    by_code: defaultdict[str, Counter[datetime]] = field(default_factory=lambda: defaultdict(Counter))
    ours: set[str] = field(default_factory=set)


def _counted(store: Store, part: TimeRange, chosen: RequestFilter) -> _Counted:
    counted = _Counted()
    rows = question("usual_by_code").rows(
        store,
        earliest=part.start - FORTNIGHT * DAY,
        latest=part.end,
        seconds_of_day=seconds_of(part.length),
        **chosen.request_parameters,
    )
    for row in rows:
        day, requests = row["day"], int(row["requests"])
        counted.requests[day] += requests
        if chosen.is_error(row["status"], row["error_code"]):
            name = code_name(row["error_code"], row["status"])
            counted.errors[day] += requests
            counted.by_code[name][day] += requests
            if row["status"] >= 500:
                counted.ours.add(name)
    return counted


def _judged(name: str, is_ours: bool, errors: int, before: Sequence[int]) -> WorstCode:
    if not before:
        return WorstCode(name, is_ours, errors, None, stands_out=False)
    usual = float(median(before))
    fewest = max(_FEWEST_TO_STAND_OUT, _TIMES_THE_USUAL * usual)
    stands_out = errors >= fewest and errors > np.percentile(before, _HIGH_PERCENTILE)
    return WorstCode(name, is_ours, errors, usual, bool(stands_out))


def _worst_first(code: WorstCode) -> tuple[bool, float, str]:
    return not code.stands_out, -(code.more_than_usual if code.stands_out else code.errors), code.name
