"""Draw the size of each customer, who has a case, where failing programs run, and how a case plays out."""

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
"""Calls of all homes together. With those of cases and look-alikes, about 400,000 requests in a fortnight."""

_FEWEST, _MOST = 220, 320
_NAME_NO_WEBSITE = ("event", "identify", "mint")
"""Calls that name no website when refused, since they have none in their path."""
_SHORT = {FIXED_HOURS_AGO, FIXED_SOON, JUST_BEGAN}


class Draw:
    """The random choices for a world, from their own stream."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.rng = stage.world.rng("draw")
        self.customers = self.rng.randint(_FEWEST, _MOST)
        self.offices = tuple(stage.ip() for _ in range(4))
        self._sizes = self._draw_sizes()
        self._with_cases: list[Home] = []

    @property
    def customers_to_come(self) -> int:
        """The number of customers that the world still lacks."""
        return self.customers - len(self.stage.world.customers)

    def _draw_sizes(self) -> Iterator[float]:
        sizes = [min(12.0, self.rng.lognormvariate(0.0, 0.95)) for _ in range(self.customers)]
        scale = CALLS_A_WEEKDAY / sum(sizes)
        return iter([max(5.0, size * scale) for size in sizes])

    def several(self, beside: int = 0) -> range:
        """Draw how many customers a case has, three to six, minus ``beside`` that are set up separately."""
        return range(self.rng.randint(3, 6) - beside)

    def home(self, ip: str | None = None, share_of_size: float = 1.0) -> Home:
        """Set up a new customer with the next size."""
        websites = 2 if self.rng.random() < 0.2 else 1
        return settle(self.stage, next(self._sizes) * self.stage.traffic * share_of_size, websites, ip)

    def home_with(self, case: str) -> Home:
        """Return a customer for this case: mostly a new customer, sometimes one that already has another case."""
        others = [home for home in self._with_cases if case not in home.cases]
        if others and self.rng.random() < 0.08:
            home = self.rng.choice(others)
        else:
            home = self.home(self.rng.choice(self.offices) if self.rng.random() < 0.05 else None)
            self._with_cases.append(home)
        home.cases.add(case)
        return home

    def silent_home_with(self, case: str) -> Home:
        """Return a new customer that makes no calls except those of the case."""
        home = self.home(share_of_size=0.0)
        home.cases.add(case)
        self._with_cases.append(home)
        return home

    def environment(self) -> str:
        """Draw an environment, mostly production."""
        return self.rng.choices(("production", "preview", "development"), (86, 7, 7))[0]

    def program(self, home: Home, key: ApiKey) -> Client:
        """Draw a program: on its own machine, beside a healthy program, serverless, in pods or in an office."""
        location = self.rng.choices(("own", "beside", "serverless", "pods", "office"), (44, 26, 12, 10, 8))[0]
        stage, customer = self.stage, home.customer
        if location == "beside":
            return replace(home.server, key=key, rng=stage.rng, retries=0, environment=key.environment)
        if location == "office":
            return stage.client(customer, key, ip=self.rng.choice(self.offices), retries=0)
        addresses = {"own": 1, "serverless": self.rng.randint(15, 40), "pods": 3}[location]
        return stage.client(customer, key, retries=0, addresses=addresses)

    def moment(self, first_day: float = 1.0, days_left: float = 1.0) -> float:
        """Draw a time from ``first_day`` days after the start to ``days_left`` days before the end."""
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
        """Let ``client`` make its calls of the kind ``what``, spoilt during the course, and label the mistake.

        With ``website`` False its calls name no website. With ``worked_before`` False its first call is already wrong.
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
        """Return when a client with this course starts to call: some days before the mistake, or with it."""
        if not worked_before:
            return course.begins
        return max(self.stage.start, course.begins - (0.5 if course.name in _SHORT else 2.5) * DAY)

    def rhythm(self, course: Course) -> Rhythm:
        """Draw a rhythm for a case that does not use :meth:`enact`."""
        return draw_rhythm(self.rng, course)


def usual(client: Client, what: str) -> Usual:
    """Return the client's usual calls of the kind ``what``."""
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


def unspoilt(call: Call) -> Call:
    """Return the call unchanged, for calls that fail by themselves, such as with a dead key."""
    return call


def until(course: Course, before: Usual, after: Usual) -> Usual:
    """Return a function that makes calls by ``before`` until the mistake is fixed, then by ``after``."""
    if course.mended == NEVER:
        return before
    return lambda at: before(at) if at < course.mended else after(at)
