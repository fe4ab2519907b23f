"""Determine how much of a week the logs cover. An hour is logged if any server of any environment logged a request."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import computed_field

from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.weekly.week import HOURS_IN_A_WEEK, Week, WrittenWeek

WHOLE_FROM = 0.95
"""A week with a smaller share of its hours logged is partial."""

HOURS_IN_A_DAY = 24


class ShortDay(FrozenModel):
    """A day with fewer than 24 hours logged."""

    day: Moment
    hours: int


class Logged(FrozenModel):
    """The number of logged hours in a week, and the days that lack some."""

    week: WrittenWeek
    hours: int
    short_days: tuple[ShortDay, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def is_partial(self) -> bool:
        """Whether less than WHOLE_FROM of the week's hours are logged."""
        return self.hours < WHOLE_FROM * HOURS_IN_A_WEEK

    @property
    def is_empty(self) -> bool:
        """Whether no hour of the week is logged."""
        return self.hours == 0


def logged(week: Week, hours_of_days: Mapping[datetime, int]) -> Logged:
    """Return the logged hours of a week, given the number of logged hours of each day."""
    days = [week.start + timedelta(days=day) for day in range(7)]
    hours = {day: hours_of_days.get(day, 0) for day in days}
    short = tuple(ShortDay(day=day, hours=count) for day, count in hours.items() if count < HOURS_IN_A_DAY)
    return Logged(week=week, hours=sum(hours.values()), short_days=short)
