"""When there were logs at all: an hour that no server logged is no hour without errors."""

from dataclasses import dataclass
from datetime import datetime

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.time_range import HOUR, MINUTE, TimeRange, after_minute_of, floor


@dataclass(frozen=True)
class LoggedTime:
    """From the oldest record's minute to the newest record, but for hours in which no server logged a request."""

    first_minute: datetime
    newest: datetime
    gaps: tuple[TimeRange, ...]

    @property
    def span(self) -> TimeRange:
        """All of it, with the minute of the newest record and with the gaps."""
        return TimeRange(self.first_minute, after_minute_of(self.newest))

    def is_whole(self, part: TimeRange) -> bool:
        """Whether the logs have all of a part: that it is over, and no gap is in it."""
        return (
            self.first_minute <= part.start
            and part.end <= self.newest
            and not any(gap.overlap(part) for gap in self.gaps)
        )

    def missing(self, within: TimeRange) -> tuple[TimeRange, ...]:
        """The parts of a range of which there are no logs, in order."""
        before = TimeRange(min(within.start, self.span.start), self.span.start)
        after = TimeRange(self.span.end, max(within.end, self.span.end))
        parts = (one.overlap(within) for one in (before, *self.gaps, after))
        return tuple(part for part in parts if part)


def logged_time(store: Store) -> LoggedTime | None:
    """What the store covers; None where it holds no request."""
    (coverage,) = question("coverage").rows(store)
    if coverage["oldest"] is None:
        return None
    hours = [row["hour"] for row in question("gaps").rows(store)]
    return LoggedTime(floor(coverage["oldest"], MINUTE), coverage["newest"], tuple(_joined(hours)))


def _joined(hours: list[datetime]) -> list[TimeRange]:
    """Hours in order as few ranges."""
    joined: list[TimeRange] = []
    for hour in hours:
        begins = joined.pop().start if joined and joined[-1].end == hour else hour
        joined.append(TimeRange(begins, hour + HOUR))
    return joined
