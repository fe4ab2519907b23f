"""Define the time range of a chart: half open, in whole minutes of UTC, divided into buckets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

LENGTHS = {
    "15 min": 15 * MINUTE,
    "1 h": HOUR,
    "6 h": 6 * HOUR,
    "24 h": DAY,
    "7 d": 7 * DAY,
    "30 d": 30 * DAY,
    "90 d": 90 * DAY,
}
"""The lengths that a page offers, by name."""

LONGEST = 175 * DAY
"""The longest range whose daily buckets fit into a chart."""

_MOST_BUCKETS = 180
_WIDTHS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY)
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class TimeRange:
    """A range from `start` to before `end`, in whole minutes, UTC without a zone."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """The length of the range."""
        return self.end - self.start

    @cached_property
    def width(self) -> timedelta:
        """The width of a bucket, from a minute to a day: the narrowest with which a chart has at most 180 buckets.

        It depends on the length alone, so that it stays constant while a range slides.
        """
        # Two buckets are spare because a range can begin and end within a bucket.
        return next((width for width in _WIDTHS if self.length <= (_MOST_BUCKETS - 2) * width), DAY)

    @cached_property
    def buckets(self) -> tuple[datetime, ...]:
        """The start of each bucket, at a multiple of the width. The first and last may extend beyond the range."""
        first = floor(self.start, self.width)
        return tuple(first + index * self.width for index in range(-((first - self.end) // self.width)))

    @property
    def whole_hours(self) -> "TimeRange":
        """The whole clock hours in the range, which the hourly rollup counts; an empty range at its end if none."""
        first, past = ceiling(self.start, HOUR), floor(self.end, HOUR)
        return TimeRange(first, past) if first < past else TimeRange(self.end, self.end)

    def overlap(self, other: "TimeRange") -> "TimeRange | None":
        """Return the part that both ranges have in common; None if there is none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return TimeRange(start, end) if start < end else None

    def contains(self, other: "TimeRange") -> bool:
        """Return whether the other range lies entirely in this one."""
        return self.start <= other.start and other.end <= self.end

    def shifted(self, by: timedelta) -> "TimeRange":
        """Return the range moved later by `by`."""
        return TimeRange(self.start + by, self.end + by)


def last(length: timedelta, newest: datetime) -> TimeRange:
    """Return the range of a length whose last minute is that of the newest record."""
    end = after_minute_of(newest)
    return TimeRange(end - length, end)


def after_minute_of(moment: datetime) -> datetime:
    """Return the end of a moment's minute."""
    return floor(moment, MINUTE) + MINUTE


def floor(moment: datetime, width: timedelta) -> datetime:
    """Round a moment down to a multiple of a width, counted from 1970."""
    return moment - (moment - _EPOCH) % width


def ceiling(moment: datetime, width: timedelta) -> datetime:
    """Round a moment up to a multiple of a width, counted from 1970."""
    return moment + (_EPOCH - moment) % width


def seconds_of(length: timedelta) -> int:
    """Return a length in whole seconds, as the questions take it."""
    return int(length.total_seconds())
