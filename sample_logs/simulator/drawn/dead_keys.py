"""Draw cases of keys that are revoked or expired and still in use."""

from __future__ import annotations

from dataclasses import replace

from sample_logs.simulator.clients.mistakes import presented
from sample_logs.simulator.clients.working import Mistake, work_with_mistake
from sample_logs.simulator.drawn.courses import draw_course
from sample_logs.simulator.drawn.draw import Draw, unspoilt, until, usual
from sample_logs.simulator.drawn.homes import key_in


def cast(draw: Draw) -> None:
    """Draw customers that still use a revoked key, and customers that use an expired key."""
    for case in ("revoked_key_in_use", "expired_key_in_use"):
        for _ in draw.several():
            _dead_key(draw, case)


def _dead_key(draw: Draw, case: str) -> None:
    """Draw a client that uses the dead key from the start and, once the mistake is fixed, its successor."""
    stage, course = draw.stage, draw_course(draw.rng)
    home = draw.home_with(case)
    successor = key_in(stage, home, draw.environment())
    dead = stage.world.add_key(
        home.customer,
        successor.environment,
        revoked_at=course.begins if case == "revoked_key_in_use" else None,
        expires_at=course.begins if case == "expired_key_in_use" else None,
    )
    client = draw.program(home, dead)
    rhythm = replace(draw.rhythm(course), share=1.0)
    what = draw.rng.choice(("pageview", "pipe", "everything", "identify"))
    seen_alive = draw.rng.random() < 0.7
    start = draw.starts(course, seen_alive)
    text = f"{'died in the fortnight' if seen_alive else 'used since it died'}; {what}, {rhythm}; {course.name}"
    label = stage.label(case, client, text, website=what in ("pipe", "everything"))
    own, renewed = usual(client, what), presented(successor.secret)
    calls = until(course, own, lambda at: renewed(own(at)))
    mistake = Mistake(label, unspoilt, course.begins, course.mended)
    stage.play(work_with_mistake(client, rhythm.times(client, start, course.leaves), calls, mistake))
