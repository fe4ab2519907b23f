"""Draw cases of keys without any scope, or without the scope that the route requires."""

from __future__ import annotations

from sample_logs.simulator.clients.mistakes import presented
from sample_logs.simulator.clients.schedules import people
from sample_logs.simulator.clients.working import work
from sample_logs.simulator.clock import END, HOUR
from sample_logs.simulator.drawn.courses import FIXED_SOON, Course
from sample_logs.simulator.drawn.draw import Draw, usual
from sample_logs.simulator.drawn.homes import key_in
from sample_logs.simulator.world import READ, WRITE

_LACKING = (
    ("a reading key sends events", (READ,), "event", "pipe"),
    ("a reading key identifies", (READ,), "identify", "pipe"),
    ("a writing key reads pipes", (WRITE,), "pipe", "event"),
    ("a writing key mints tokens", (WRITE,), "mint", "identify"),
)


def cast(draw: Draw) -> None:
    """Draw keys without scopes, one of them recreated five hours later, and keys that lack the required scope."""
    begins = draw.moment()
    _scopeless(draw, Course(FIXED_SOON, begins, begins + 5 * HOUR))
    for _ in draw.several(beside=1):
        _scopeless(draw, None)
    for _ in draw.several():
        _missing_scope(draw)


def _scopeless(draw: Draw, course: Course | None) -> None:
    home = draw.home_with("scopeless_key")
    proper = key_in(draw.stage, home, draw.environment())
    scopeless = draw.stage.world.add_key(home.customer, proper.environment, ())
    client = draw.program(home, proper)
    secret = scopeless.secret
    what = draw.rng.choice(("everything", "pipe", "event", "dashboard"))
    before = draw.rng.random() < 0.3
    draw.enact(
        "scopeless_key",
        "a key made without scopes",
        client,
        what,
        presented(secret),
        presented=secret,
        worked_before=before,
        course=course,
    )


def _missing_scope(draw: Draw) -> None:
    """Draw a key that lacks a scope. Half of the time it also does what it may do."""
    home = draw.home_with("missing_scope")
    text, scopes, what, allowed = draw.rng.choice(_LACKING)
    proper = key_in(draw.stage, home, draw.environment())
    short = draw.stage.world.add_key(home.customer, proper.environment, scopes)
    client = draw.program(home, proper)
    if draw.rng.random() < 0.5:
        other = draw.program(home, short)
        times = people(other.rng, home.customer, draw.rng.uniform(10, 40), draw.stage.start, END)
        draw.stage.play(work(other, times, usual(other, allowed)))
        text += ", and works otherwise"
    draw.enact(
        "missing_scope",
        text,
        client,
        what,
        presented(short.secret),
        presented=short.secret,
        worked_before=draw.rng.random() < 0.5,
    )
