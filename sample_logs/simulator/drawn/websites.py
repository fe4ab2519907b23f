"""Draw cases of a website without events, whose pipes answer without rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sample_logs.simulator.clients.client import Client
from sample_logs.simulator.clients.mistakes import body_flaws
from sample_logs.simulator.clients.schedules import every, people
from sample_logs.simulator.clients.working import Mistake, work, work_with_mistake
from sample_logs.simulator.clock import END, HOUR
from sample_logs.simulator.drawn.courses import ACTIVE, GAVE_UP, JUST_BEGAN, NEVER, Course, course_of, draw_course
from sample_logs.simulator.drawn.draw import Draw, unspoilt
from sample_logs.simulator.drawn.homes import Home, key_in


def cast(draw: Draw) -> None:
    """Draw websites without any events, and websites whose events go astray, each in its own way."""
    for _ in draw.several(beside=2):
        _no_event_yet(draw)
    for astray in draw.rng.sample(_ASTRAY, 2):
        astray(draw)


def _look(draw: Draw, home: Home, viewer: Client, text: str, course: Course) -> None:
    """Let somebody look at the website while it is empty, and afterwards."""
    rhythm = replace(draw.rhythm(course), share=1.0)
    label = draw.stage.label("empty_website", viewer, f"{text}; {rhythm}; {course.name}")
    times = rhythm.times(viewer, course.begins, course.leaves)
    mistake = Mistake(label, unspoilt, course.begins, course.mended)
    draw.stage.play(work_with_mistake(viewer, times, viewer.pipe, mistake))
    if course.mended != NEVER:
        collector = draw.stage.client(home.customer, viewer.key, website=viewer.website)
        events = people(collector.rng, home.customer, draw.rng.uniform(15, 60), course.mended, END)
        draw.stage.play(work(collector, [course.mended - 5, *events], collector.pageview))


def _new_website(draw: Draw, environment: str = "production") -> tuple[Home, Client]:
    home = draw.home_with("empty_website")
    website = draw.stage.world.add_website(home.customer)
    return home, replace(draw.program(home, key_in(draw.stage, home, environment)), website=website)


def _no_event_yet(draw: Draw) -> None:
    home, viewer = _new_website(draw, draw.environment())
    _look(draw, home, viewer, f"a new website, {viewer.environment}", draw_course(draw.rng))


def _lasting(draw: Draw) -> Course:
    return course_of(draw.rng.choice((ACTIVE, ACTIVE, JUST_BEGAN, GAVE_UP)), draw.rng)


def _events_elsewhere(draw: Draw) -> None:
    """Draw a website whose events all go to development."""
    home, viewer = _new_website(draw)
    course = _lasting(draw)
    _look(draw, home, viewer, "its events go to development", course)
    key = draw.stage.world.add_key(home.customer, "development")
    collector = draw.stage.client(home.customer, key, website=viewer.website)
    times = people(collector.rng, home.customer, 40, course.begins - HOUR, END)
    draw.stage.play(work(collector, times, collector.pageview))


def _wrong_website(draw: Draw) -> None:
    """Draw a website whose snippet has the id of the customer's other website."""
    home, viewer = _new_website(draw)
    course = _lasting(draw)
    _look(draw, home, viewer, "its events carry another website's id", course)
    collector = draw.stage.client(home.customer, viewer.key, website=home.customer.websites[0])
    times = people(collector.rng, home.customer, 30, course.begins - HOUR, END)
    draw.stage.play(work(collector, times, collector.pageview))


def _all_refused(draw: Draw) -> None:
    """Draw two cases at once: every event fails validation, so the website stays empty."""
    home, viewer = _new_website(draw)
    course = _lasting(draw)
    _look(draw, home, viewer, "every event is refused", course)
    home.cases.add("invalid_body")
    collector = draw.stage.client(home.customer, viewer.key, website=viewer.website, retries=0)
    refused = draw.stage.label("invalid_body", collector, f"every event of a new website; {course.name}")
    spoil = body_flaws(url="Invalid url")
    apart = min(0.5 * HOUR, course.wrong_for / 13)
    times = every(collector.rng, apart, course.begins, course.leaves)
    draw.stage.play(work_with_mistake(collector, times, collector.pageview, Mistake(refused, spoil, 0.0)))


def _looked_at_in_development(draw: Draw) -> None:
    """Let somebody look in development at a website whose events all go to production."""
    home = draw.home_with("empty_website")
    key = draw.stage.world.add_key(home.customer, "development")
    viewer = draw.stage.client(home.customer, key)
    _look(draw, home, viewer, "looked at in development, its events go to production", _lasting(draw))


_ASTRAY: tuple[Callable[[Draw], None], ...] = (
    _events_elsewhere,
    _wrong_website,
    _all_refused,
    _looked_at_in_development,
)
