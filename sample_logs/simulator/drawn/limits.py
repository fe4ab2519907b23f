"""Draw cases of callers that are rate limited and keep calling."""

from __future__ import annotations

from dataclasses import replace

from sample_logs.simulator.clients.client import Client
from sample_logs.simulator.clients.impatience import hammer
from sample_logs.simulator.clients.schedules import every, nightly
from sample_logs.simulator.clock import DAY, END, HOUR
from sample_logs.simulator.drawn.courses import (
    ACTIVE,
    FIXED_HOURS_AGO,
    FIXED_SOON,
    JUST_BEGAN,
    Course,
    course_of,
    draw_course,
)
from sample_logs.simulator.drawn.draw import Draw, usual


def cast(draw: Draw) -> None:
    """Draw customers that ignore Retry-After: with one loop, with several loops at once, each night."""
    for _ in draw.several(beside=2):
        _loop(draw)
    _several_loops(draw)
    _nightly(draw)


def _client(draw: Draw) -> Client:
    """Draw a program with its own key, so that nothing else of the customer is limited."""
    home = draw.home_with("rate_limited")
    return draw.program(home, draw.stage.world.add_key(home.customer))


def _loop(draw: Draw) -> None:
    course = draw_course(draw.rng)
    _play(draw, _client(draw), course, "one loop", draw.rng.randint(66, 110), draw.rng.uniform(100, 300), 1)


def _several_loops(draw: Draw) -> None:
    course = course_of(ACTIVE, draw.rng)
    _play(draw, _client(draw), course, "four loops at once", 25, draw.rng.uniform(30, 50), 4)


def _play(draw: Draw, client: Client, course: Course, text: str, calls: int, per_minute: float, loops: int) -> None:
    what = draw.rng.choice(("pipe", "event", "dashboard"))
    label = draw.stage.label("rate_limited", client, f"{text}; {what}; {course.name}", website=what != "event")
    apart = _apart(draw, course)
    for _ in range(loops):
        loop = replace(client, rng=draw.stage.rng)
        starts = every(loop.rng, apart, course.begins, course.leaves, min(60.0, apart / 4) / loops)
        draw.stage.play(hammer(loop, starts, calls, per_minute, usual(loop, what), label, course.mended))


def _apart(draw: Draw, course: Course) -> float:
    if course.name == JUST_BEGAN:
        return 0.4 * HOUR
    if course.name in (FIXED_HOURS_AGO, FIXED_SOON):
        return HOUR
    return draw.rng.choice((2 * HOUR, 3 * HOUR, 8 * HOUR, 0.5 * DAY))


def _nightly(draw: Draw) -> None:
    """Draw an import that sends a few more calls than the limit as fast as possible, with a few refused each night."""
    client = _client(draw)
    label = draw.stage.label("rate_limited", client, "a few too many each night; active", website=False)
    starts = nightly(client.rng, draw.rng.uniform(0.5, 5), 1, draw.moment(0.5, 6), END)
    draw.stage.play(hammer(client, starts, draw.rng.randint(62, 66), 400, client.event, label))
