"""Schedule a client's calls: like people, like a cron job, or in bursts. Each function yields rising Unix seconds."""

from __future__ import annotations

import random
from collections.abc import Iterator

from sample_logs.simulator.clock import DAY, HOUR, busyness
from sample_logs.simulator.world import Customer


def people(rng: random.Random, customer: Customer, per_day: float, start: float, end: float) -> Iterator[float]:
    """Follow the customer's day and week, with about ``per_day`` calls on a weekday."""
    peak_per_second = per_day / DAY / 0.55
    at = start
    while True:
        at += rng.expovariate(peak_per_second)
        if at >= end:
            return
        if rng.random() < busyness(at, customer.utc_offset_hours, customer.weekend):
            yield at


def sittings(
    rng: random.Random, customer: Customer, per_day: float, calls: int, start: float, end: float
) -> Iterator[float]:
    """Open a dashboard about ``per_day`` times, each time with about ``calls`` calls at once."""
    for opened in people(rng, customer, per_day, start, end):
        at = opened
        for _ in range(max(1, round(rng.gauss(calls, calls / 4)))):
            yield at
            at += rng.uniform(0.01, 0.4)


def every(rng: random.Random, seconds: float, start: float, end: float, jitter: float = 1.5) -> Iterator[float]:
    """Run a job every ``seconds``, aligned to the clock, up to ``jitter`` seconds late."""
    due = start - start % seconds + seconds
    while due < end:
        yield due + rng.uniform(0.1, jitter)
        due += seconds


def nightly(
    rng: random.Random, hour: float, calls: int, start: float, end: float, gap: float = 45.0
) -> Iterator[float]:
    """Run a job at ``hour`` UTC each day, with ``calls`` calls ``gap`` seconds apart."""
    day = start - start % DAY
    while day < end:
        for number in range(calls):
            at = day + hour * HOUR + number * gap + rng.uniform(0.0, min(5.0, gap / 2))
            if start <= at < end:
                yield at
        day += DAY
