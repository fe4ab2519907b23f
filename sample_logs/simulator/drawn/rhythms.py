"""Draw when a client calls: like people, in sittings, like a cron job, at night, perhaps not at weekends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sample_logs.simulator.clients.client import Client
from sample_logs.simulator.clients.schedules import every, nightly, people, sittings
from sample_logs.simulator.clock import DAY, HOUR, is_weekend
from sample_logs.simulator.drawn.courses import FIXED_HOURS_AGO, FIXED_SOON, FIXED_YESTERDAY, JUST_BEGAN, Course

_QUICK = {FIXED_HOURS_AGO, FIXED_SOON}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a client calls.

    ``pace`` is calls per day for people, openings per day for sittings, seconds between calls for a clock, and calls
    per night for nightly.
    """

    name: str
    pace: float
    share: float = 1.0
    weekdays_only: bool = False
    hour: float = 0.0

    def times(self, client: Client, start: float, end: float) -> Iterator[float]:
        """Return the times of calls, rising Unix seconds."""
        times = self._all_week(client, start, end)
        if not self.weekdays_only:
            return times
        offset = client.customer.utc_offset_hours
        return (at for at in times if not is_weekend(at, offset))

    def _all_week(self, client: Client, start: float, end: float) -> Iterator[float]:
        rng, customer = client.rng, client.customer
        if self.name == "people":
            return people(rng, customer, self.pace, start, end)
        if self.name == "sittings":
            return sittings(rng, customer, self.pace, 5, start, end)
        if self.name == "nightly":
            return nightly(rng, self.hour, round(self.pace), start, end)
        return every(rng, self.pace, start, end, min(20.0, self.pace / 4))

    def __str__(self) -> str:
        words = [self.name, "on weekdays" if self.weekdays_only else "", f"{self.share:.0%}" if self.share < 1 else ""]
        return ", ".join(word for word in words if word)


def draw_rhythm(rng: random.Random, course: Course) -> Rhythm:
    """Draw a rhythm that gives the course enough failures to be a case and not a slip."""
    if course.name == JUST_BEGAN:
        return Rhythm("clock", course.wrong_for / rng.randint(11, 15))
    if course.name in _QUICK:
        return Rhythm("clock", rng.choice((200.0, 300.0, 600.0)), rng.choice((1.0, 1.0, 0.5)))
    if course.name == FIXED_YESTERDAY:
        return rng.choice((Rhythm("clock", rng.choice((900.0, 1800.0))), Rhythm("people", rng.uniform(90, 160))))
    if course.wrong_for > 4 * DAY and rng.random() < 0.25:
        return Rhythm("nightly", rng.choice((2, 2, 3)), hour=rng.uniform(0.2, 5.5))
    pausing = rng.random() < 0.3
    share = rng.choice((1.0, 1.0, 0.7, 0.4))
    return rng.choice(
        (
            Rhythm("people", rng.uniform(40, 110), share, pausing),
            Rhythm("clock", rng.choice((600.0, 1200.0, 1800.0, HOUR)), share, pausing),
            Rhythm("sittings", rng.uniform(8, 18), share, pausing),
        )
    )
