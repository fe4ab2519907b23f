"""Draw the course of a case: when it begins, and whether it is fixed, stays active, or ends as its caller gives up."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sample_logs.simulator.clock import DAY, END, FORTNIGHT_START, HOUR

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Course:
    """When a case begins and is fixed. ``leaves`` is when the client stops calling altogether."""

    name: str
    begins: float
    mended: float = NEVER
    leaves: float = END

    @property
    def wrong_for(self) -> float:
        """The time during which the mistake is made, seconds."""
        return min(self.mended, self.leaves) - self.begins


ACTIVE = "active"
FIXED_DAYS_AGO = "fixed days ago"
FIXED_YESTERDAY = "fixed yesterday"
FIXED_HOURS_AGO = "fixed a few hours before the end"
FIXED_SOON = "fixed within hours"
JUST_BEGAN = "began an hour or two before the end"
GAVE_UP = "gave up calling"

_SHARES = {
    ACTIVE: 0.36,
    FIXED_DAYS_AGO: 0.17,
    FIXED_YESTERDAY: 0.12,
    FIXED_HOURS_AGO: 0.09,
    FIXED_SOON: 0.08,
    JUST_BEGAN: 0.1,
    GAVE_UP: 0.08,
}


def draw_course(rng: random.Random) -> Course:
    """Draw a course at a random time."""
    return course_of(rng.choices(tuple(_SHARES), tuple(_SHARES.values()))[0], rng)


def course_of(name: str, rng: random.Random) -> Course:
    """Draw the times of a course of this name."""
    if name == JUST_BEGAN:
        return Course(name, END - rng.uniform(1.0, 2.2) * HOUR)
    if name == ACTIVE:
        return Course(name, rng.uniform(FORTNIGHT_START + DAY / 2, END - 4 * DAY))
    if name == GAVE_UP:
        begins = rng.uniform(FORTNIGHT_START + DAY, FORTNIGHT_START + 8 * DAY)
        return Course(name, begins, leaves=begins + rng.uniform(1.2, 4) * DAY)
    if name == FIXED_SOON:
        begins = rng.uniform(FORTNIGHT_START + DAY, END - 2 * DAY)
        return Course(name, begins, begins + rng.uniform(4, 8) * HOUR)
    mended = {
        FIXED_DAYS_AGO: END - rng.uniform(2.2, 7) * DAY,
        FIXED_YESTERDAY: END - rng.uniform(14, 34) * HOUR,
        FIXED_HOURS_AGO: END - rng.uniform(2, 6) * HOUR,
    }[name]
    return Course(name, mended - rng.uniform(1.2, 5) * DAY, mended)
