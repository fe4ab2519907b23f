"""A range of time as charts show it: half open, in whole minutes of UTC, cut into buckets."""

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
"""The lengths that are a click away, by their names."""

LONGEST = 175 * DAY
"""How long a range may be: as long as buckets of a day fit into a chart."""

_MOST_BUCKETS = 180
_WIDTHS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY)
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class TimeRange:
    """From `start` up to `end`, which is no longer in it. UTC without a zone, whole minutes."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    @cached_property
    def width(self) -> timedelta:
        """How wide its buckets are: as narrow as a chart of 180 allows, from a minute to a day.

        The same for every range of that length, wherever it begins, so that it stays while a range slides.
        """
        # Such a range can begin and end within a bucket.
        return next((one for one in _WIDTHS if self.length <= (_MOST_BUCKETS - 2) * one), DAY)

    @cached_property
    def buckets(self) -> tuple[datetime, ...]:
        """When its buckets begin. They stand at whole multiples of their width, so the outer two may stick out."""
        first = floor(self.start, self.width)
        return tuple(first + place * self.width for place in range(-((first - self.end) // self.width)))

    @property
    def whole_hours(self) -> "TimeRange":
        """The full hours of the clock in it: what a rollup by the hour can count. Empty, at its end, where none is."""
        first, past = ceiling(self.start, HOUR), floor(self.end, HOUR)
        return TimeRange(first, past) if first < past else TimeRange(self.end, self.end)

    def overlap(self, other: "TimeRange") -> "TimeRange | None":
        """What both have in common."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return TimeRange(start, end) if start < end else None

    def contains(self, other: "TimeRange") -> bool:
        """Whether all of the other is in it."""
        return self.start <= other.start and other.end <= self.end

    def shifted(self, by: timedelta) -> "TimeRange":
        """As long as it, that much later."""
        return TimeRange(self.start + by, self.end + by)


def last(length: timedelta, newest: datetime) -> TimeRange:
    """The range that counts back from the newest record, whose minute is its last."""
    end = after_minute_of(newest)
    return TimeRange(end - length, end)


def after_minute_of(moment: datetime) -> datetime:
    """The end of its minute."""
    return floor(moment, MINUTE) + MINUTE


def floor(moment: datetime, width: timedelta) -> datetime:
    """The last whole multiple of a width, counted from 1970, that is not after a moment."""
    return moment - (moment - _EPOCH) % width


def ceiling(moment: datetime, width: timedelta) -> datetime:
    """The first whole multiple of a width that is not before a moment."""
    return moment + (_EPOCH - moment) % width


def seconds_of(length: timedelta) -> int:
    """A length as the questions take it."""
    return int(length.total_seconds())
