"""Determine the time that the logs cover: an hour without logs is not an hour without errors."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.coverage import coverage
from pixeldesk.trends.time_range import HOUR, MINUTE, TimeRange, after_minute_of, floor


@dataclass(frozen=True)
class LoggedTime:
    """The time from the oldest record's minute to the newest record, without the hours in which nothing was logged."""

    first_minute: datetime
    newest: datetime
    gaps: tuple[TimeRange, ...]

    @property
    def span(self) -> TimeRange:
        """The whole span, including the minute of the newest record and the gaps."""
        return TimeRange(self.first_minute, after_minute_of(self.newest))

    def is_whole(self, part: TimeRange) -> bool:
        """Return whether the logs cover all of a range: it is over, and it contains no gap."""
        return (
            self.first_minute <= part.start
            and part.end <= self.newest
            and not any(gap.overlap(part) for gap in self.gaps)
        )

    def missing(self, within: TimeRange) -> tuple[TimeRange, ...]:
        """Return the parts of a range without logs, in order."""
        before = TimeRange(min(within.start, self.span.start), self.span.start)
        after = TimeRange(self.span.end, max(within.end, self.span.end))
        parts = (gap.overlap(within) for gap in (before, *self.gaps, after))
        return tuple(part for part in parts if part)


def logged_time(store: Store) -> LoggedTime | None:
    """Return the time that the store covers; None if it holds no request."""
    covered = coverage(store)
    if covered.oldest is None or covered.newest is None:
        return None
    hours = [row["hour"] for row in question("gaps").rows(store)]
    return LoggedTime(floor(covered.oldest, MINUTE), covered.newest, tuple(joined_hours(hours)))


def joined_hours(hours: Iterable[datetime]) -> list[TimeRange]:
    """Join consecutive hours, given in order, into ranges."""
    joined: list[TimeRange] = []
    for hour in hours:
        begins = joined.pop().start if joined and joined[-1].end == hour else hour
        joined.append(TimeRange(begins, hour + HOUR))
    return joined
