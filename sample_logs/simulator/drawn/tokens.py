"""Draw cases of a minted JWT that is cached for longer than its 120 seconds."""

from __future__ import annotations

from sample_logs.simulator.clients.schedules import nightly
from sample_logs.simulator.clients.tokens import TokenCache, mint_and_cache
from sample_logs.simulator.clock import DAY, END, HOUR, MINUTE
from sample_logs.simulator.drawn.courses import ACTIVE, FIXED_DAYS_AGO, GAVE_UP, JUST_BEGAN, Course, draw_course
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.drawn.rhythms import Rhythm
from sample_logs.simulator.world import READ

_CACHED = (
    ("minted at start-up, kept for six hours", 6 * HOUR),
    ("kept for a day", DAY),
    ("kept for an hour", HOUR),
    ("kept for ten minutes", 10 * MINUTE),
    ("kept for three minutes", 3 * MINUTE),
)
_DROPS_SHARE = 0.2


def cast(draw: Draw) -> None:
    """Draw customers that cache tokens, and a nightly report that outlives its token."""
    for _ in draw.several(beside=1):
        _caches(draw)
    _nightly(draw)


def _caches(draw: Draw) -> None:
    stage, course = draw.stage, draw_course(draw.rng)
    home = draw.home_with("cached_jwt")
    client = draw.program(home, stage.world.add_key(home.customer, scopes=(READ,)))
    text, cached_s = draw.rng.choice(_CACHED)
    drops = draw.rng.random() < _DROPS_SHARE and cached_s >= HOUR
    rhythm = _rhythm(draw, course, cached_s)
    words = f"{text}{', or until refused' if drops else ''}; {rhythm}; {course.name}"
    label = stage.label("cached_jwt", client, words)
    times = rhythm.times(client, draw.starts(course, draw.rng.random() < 0.7), course.leaves)
    cache = TokenCache(label, cached_s, course.begins, course.mended, drops)
    stage.play(mint_and_cache(client, times, client.pipe, cache))


def _rhythm(draw: Draw, course: Course, cached_s: float) -> Rhythm:
    """Draw a rhythm that is fast enough to use a token twice."""
    if course.name == JUST_BEGAN:
        return Rhythm("clock", min(course.wrong_for / 14, cached_s / 3))
    if course.name in (ACTIVE, FIXED_DAYS_AGO, GAVE_UP) and draw.rng.random() < 0.6:
        return Rhythm("people", draw.rng.uniform(120, 320), weekdays_only=draw.rng.random() < 0.3)
    return Rhythm("clock", min(600.0, cached_s / 2.6))


def _nightly(draw: Draw) -> None:
    """Draw a report that mints once and takes minutes, so that its last calls fail every night."""
    home = draw.home_with("cached_jwt")
    client = draw.program(home, draw.stage.world.add_key(home.customer, scopes=(READ,)))
    label = draw.stage.label("cached_jwt", client, "one token for a report of minutes: two calls fail each night")
    begins, hour = draw.moment(0.5, 6), draw.rng.uniform(0.5, 5)
    times = nightly(client.rng, hour, 5, begins, END, 55.0)
    cache = TokenCache(label, HOUR, begins)
    draw.stage.play(mint_and_cache(client, times, client.pipe, cache))
