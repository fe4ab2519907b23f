"""The draw: how large each customer is, who has a case, where failing programs run, and how a case is played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Client, Usual, mixture
from sample_logs.simulator.clients.working import Mistake, Spoil, work_with_mistake
from sample_logs.simulator.clock import DAY, END
from sample_logs.simulator.drawn.courses import FIXED_HOURS_AGO, FIXED_SOON, JUST_BEGAN, NEVER, Course, draw_course
from sample_logs.simulator.drawn.homes import Home, settle
from sample_logs.simulator.drawn.rhythms import Rhythm, draw_rhythm
from sample_logs.simulator.messages import Call
from sample_logs.simulator.world import ApiKey

CALLS_A_WEEKDAY = 17_500.0
"""Of all homes together; with what cases and look-alikes add, about 400,000 requests in a fortnight."""

_FEWEST, _MOST = 220, 320
_NAME_NO_WEBSITE = ("event", "identify", "mint")
"""A refused call names a website in its path or not at all; a refused body still names it."""
_SHORT = {FIXED_HOURS_AGO, FIXED_SOON, JUST_BEGAN}


class Draw:
    """What is drawn for one world, in a stream of its own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.rng = stage.world.rng("draw")
        self.customers = self.rng.randint(_FEWEST, _MOST)
        self.offices = tuple(stage.ip() for _ in range(4))
        self._sizes = self._draw_sizes()
        self._with_cases: list[Home] = []

    @property
    def customers_to_come(self) -> int:
        """How many customers the world still lacks."""
        return self.customers - len(self.stage.world.customers)

    def _draw_sizes(self) -> Iterator[float]:
        sizes = [min(12.0, self.rng.lognormvariate(0.0, 0.95)) for _ in range(self.customers)]
        scale = CALLS_A_WEEKDAY / sum(sizes)
        return iter([max(5.0, size * scale) for size in sizes])

    def several(self, beside: int = 0) -> range:
        """Three to six customers, as many as each case has, without those ``beside`` who are set up apart."""
        return range(self.rng.randint(3, 6) - beside)

    def home(self, ip: str | None = None, share_of_size: float = 1.0) -> Home:
        """A customer of a size that nobody else takes."""
        websites = 2 if self.rng.random() < 0.2 else 1
        return settle(self.stage, next(self._sizes) * self.stage.traffic * share_of_size, websites, ip)

    def home_with(self, case: str) -> Home:
        """A customer to have this case: mostly a new one, sometimes one with another case already."""
        others = [home for home in self._with_cases if case not in home.cases]
        if others and self.rng.random() < 0.08:
            home = self.rng.choice(others)
        else:
            home = self.home(self.rng.choice(self.offices) if self.rng.random() < 0.05 else None)
            self._with_cases.append(home)
        home.cases.add(case)
        return home

    def silent_home_with(self, case: str) -> Home:
        """A customer who does nothing but what the case describes."""
        home = self.home(share_of_size=0.0)
        home.cases.add(case)
        self._with_cases.append(home)
        return home

    def environment(self) -> str:
        """Production mostly."""
        return self.rng.choices(("production", "preview", "development"), (86, 7, 7))[0]

    def program(self, home: Home, key: ApiKey) -> Client:
        """A program of the home with ``key``: on a machine of its own, beside a healthy one, serverless, in pods."""
        place = self.rng.choices(("own", "beside", "serverless", "pods", "office"), (44, 26, 12, 10, 8))[0]
        stage, customer = self.stage, home.customer
        if place == "beside":
            return replace(home.server, key=key, rng=stage.rng, retries=0, environment=key.environment)
        if place == "office":
            return stage.client(customer, key, ip=self.rng.choice(self.offices), retries=0)
        addresses = {"own": 1, "serverless": self.rng.randint(15, 40), "pods": 3}[place]
        return stage.client(customer, key, retries=0, addresses=addresses)

    def moment(self, first_day: float = 1.0, days_left: float = 1.0) -> float:
        """Any moment from so many days after the start to so many before the end."""
        return self.rng.uniform(self.stage.start + first_day * DAY, END - days_left * DAY)

    def enact(
        self,
        case: str,
        text: str,
        client: Client,
        what: str,
        spoil: Spoil,
        *,
        presented: str | None = "",
        website: bool = True,
        worked_before: bool = True,
        course: Course | None = None,
    ) -> None:
        """Let ``client`` make its calls of the kind ``what``, spoilt while the course lasts, and label them.

        ``website`` False: what it sends names none. ``worked_before`` False: its first call is wrong already.
        """
        course = course or draw_course(self.rng)
        rhythm = draw_rhythm(self.rng, course)
        variation = f"{text}; {what}, {rhythm}; {course.name}"
        names = website and what not in _NAME_NO_WEBSITE
        label = self.stage.label(case, client, variation, presented=presented, website=names)
        mistake = Mistake(label, spoil, course.begins, course.mended, rhythm.share)
        times = rhythm.times(client, self.starts(course, worked_before), course.leaves)
        self.stage.play(work_with_mistake(client, times, usual(client, what), mistake))

    def starts(self, course: Course, worked_before: bool = True) -> float:
        """When a client with this course starts to call: some days before, or with the mistake."""
        if not worked_before:
            return course.begins
        return max(self.stage.start, course.begins - (0.5 if course.name in _SHORT else 2.5) * DAY)

    def rhythm(self, course: Course) -> Rhythm:
        """A rhythm for a case that is not enacted by :meth:`enact`."""
        return draw_rhythm(self.rng, course)


def usual(client: Client, what: str) -> Usual:
    """The calls that ``what`` names."""
    return {
        "pipe": client.pipe,
        "event": client.event,
        "pageview": client.pageview,
        "identify": client.identify,
        "visitor": client.visitor,
        "mint": client.mint,
        "dashboard": mixture(client.rng, (client.pipe, 0.8), (client.visitor, 0.2)),
        "everything": mixture(client.rng, (client.event, 0.6), (client.pipe, 0.4)),
    }[what]


def as_it_is(call: Call) -> Call:
    """No spoiling: the call goes wrong by itself, such as with a dead key."""
    return call


def until(course: Course, before: Usual, after: Usual) -> Usual:
    """``before`` until the course is mended, then ``after``."""
    if course.mended == NEVER:
        return before
    return lambda at: before(at) if at < course.mended else after(at)
