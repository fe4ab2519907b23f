"""Define a client: a program of a customer, with its key, its addresses, and the calls it makes without a mistake."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from sample_logs.simulator.messages import EVENTS, IDENTIFY, PIPES, TOKENS, VISITORS, Body, Call
from sample_logs.simulator.replies import Reply
from sample_logs.simulator.world import ApiKey, Customer

Behaviour = Generator[Call, Reply, None]

_EVENT_NAMES = ("pageview", "pageview", "pageview", "click", "purchase", "signup")
_DAYS = (1, 7, 7, 28, 30, 90)
_PIPES = (
    "kpis",
    "top_pages",
    "top_sources",
    "visitors_timeseries",
    "top_devices",
    "top_locations",
    "attribution",
    "campaign_roas",
    "funnel",
    "realtime",
)


@dataclass(slots=True)
class Client:
    """A program. ``retries`` is how often it retries after a 429 or 5xx."""

    customer: Customer
    key: ApiKey
    ips: tuple[str, ...]
    user_agent: str
    rng: random.Random
    website: str
    retries: int = 1
    environment: str = ""

    def __post_init__(self) -> None:
        self.environment = self.environment or self.key.environment

    def event(self, at: float) -> Call:
        """Make an event, mostly a pageview."""
        return self._call(at, EVENTS, EVENTS, Body(self.rng.choice(_EVENT_NAMES)))

    def pageview(self, at: float) -> Call:
        """Make a pageview event."""
        return self._call(at, EVENTS, EVENTS, Body("pageview"))

    def identify(self, at: float) -> Call:
        """Make an identify call."""
        return self._call(at, IDENTIFY, IDENTIFY, Body("identify"))

    def pipe(self, at: float) -> Call:
        """Ask for a random pipe of the website."""
        return self.named_pipe(at, self.rng.choice(_PIPES))

    def named_pipe(self, at: float, name: str, filters: str | None = None) -> Call:
        """Ask for the pipe ``name`` of the website, for the last few days unless ``filters`` are given."""
        query = filters or f"days={self.rng.choice(_DAYS)}"
        return self._call(at, PIPES, f"/pixel/pipes/{name}?website_id={self.website}&{query}")

    def visitor(self, at: float) -> Call:
        """Ask for a random visitor's history."""
        return self.named_visitor(at, f"vis_{self.rng.getrandbits(40):010x}")

    def named_visitor(self, at: float, visitor: str) -> Call:
        """Ask for the history of ``visitor``, a path segment."""
        return self._call(at, VISITORS, f"/pixel/visitors/{visitor}?website_id={self.website}")

    def mint(self, at: float) -> Call:
        """Ask for a token."""
        return self._call(at, TOKENS, TOKENS, None)

    def _call(self, at: float, route: str, path: str, body: Body | None = None) -> Call:
        return Call(
            at,
            self.environment,
            route,
            path,
            self.key.bearer,
            self.rng.choice(self.ips),
            self.user_agent,
            self.website if route != TOKENS else None,
            body,
            near=self.customer.region,
        )

    def send(self, call: Call) -> Generator[Call, Reply, Reply]:
        """Send a call, with retries after a 429 or 5xx once its Retry-After has passed."""
        reply = yield call
        for attempt in range(self.retries):
            if reply.status != 429 and reply.status < 500:
                break
            backoff = reply.retry_after_s if reply.retry_after_s is not None else 2.0**attempt
            reply = yield replace(call, at=reply.at + backoff + self.rng.uniform(0.05, 1.5))
        return reply


Usual = Callable[[float], Call]
"""Makes the call that a client makes at a time without a mistake."""


def mixture(rng: random.Random, *choices: tuple[Usual, float]) -> Usual:
    """Return a function that makes one of several usual calls, by weight."""
    makers = [maker for maker, _ in choices]
    weights = [weight for _, weight in choices]
    return lambda at: rng.choices(makers, weights)[0](at)
