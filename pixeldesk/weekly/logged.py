"""How much of a week the logs cover: an hour is logged where any server of any environment logged a request in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pixeldesk.weekly.week import HOURS_IN_A_WEEK, Week

WHOLE_FROM = 0.95
"""A week with a smaller part of its hours logged is called partial."""

HOURS_IN_A_DAY = 24


@dataclass(frozen=True)
class ShortDay:
    """A day with less than its 24 hours logged."""

    day: datetime
    hours: int


@dataclass(frozen=True)
class Logged:
    """The logged hours of one week, and the days that lack some."""

    week: Week
    hours: int
    short_days: tuple[ShortDay, ...]

    @property
    def is_partial(self) -> bool:
        """Whether too little is there to speak of the week."""
        return self.hours < WHOLE_FROM * HOURS_IN_A_WEEK

    @property
    def is_empty(self) -> bool:
        """Whether no server logged a request at all."""
        return self.hours == 0


def logged(week: Week, hours_of_days: Mapping[datetime, int]) -> Logged:
    """What is logged of a week, by the logged hours of each day."""
    days = [week.start + timedelta(days=day) for day in range(7)]
    hours = {day: hours_of_days.get(day, 0) for day in days}
    short = tuple(ShortDay(day, count) for day, count in hours.items() if count < HOURS_IN_A_DAY)
    return Logged(week, sum(hours.values()), short)
