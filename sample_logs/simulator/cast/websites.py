"""Set up cases of a website without events, whose pipes answer without rows."""

from __future__ import annotations

from sample_logs.simulator.cast.healthy import add_background
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Client
from sample_logs.simulator.clients.mistakes import body_flaws
from sample_logs.simulator.clients.schedules import every, people, sittings
from sample_logs.simulator.clients.working import Mistake, work, work_with_mistake
from sample_logs.simulator.clock import END, HOUR, moment
from sample_logs.simulator.labels import Label
from sample_logs.simulator.world import Customer


def cast(stage: Stage) -> None:
    """Set up six customers with an empty website, one of which has every event refused."""
    _empty(stage, "no event was ever sent", "11-17 09:15", None)
    _empty(stage, "the first pageview comes two days later", "11-10 13:00", "11-12 14:10")
    _empty(stage, "the first pageview comes five hours later", "11-18 08:30", "11-18 13:40")
    _events_elsewhere(stage)
    _wrong_website(stage)
    _all_events_refused(stage)


def _new_website(stage: Stage, variation: str) -> tuple[Customer, Client, Label]:
    customer = stage.world.add_customer()
    key = add_background(stage, customer, 12)
    website = stage.world.add_website(customer)
    viewer = stage.client(customer, key, website=website)
    label = stage.label("empty_website", viewer, variation)
    return customer, viewer, label


def _view(stage: Stage, viewer: Client, label: Label, created: str, first: str | None) -> None:
    """Let people look at the new website's dashboard, which is empty until the first pageview."""
    until = moment(first) if first else float("inf")
    times = sittings(viewer.rng, viewer.customer, 8, 4, moment(created), END)
    stage.play(work_with_mistake(viewer, times, viewer.pipe, Mistake(label, lambda call: call, moment(created), until)))


def _empty(stage: Stage, variation: str, created: str, first: str | None) -> None:
    customer, viewer, label = _new_website(stage, variation)
    _view(stage, viewer, label, created, first)
    if first:
        collector = stage.client(customer, viewer.key, website=viewer.website)
        times = people(collector.rng, customer, 30, moment(first), END)
        stage.play(work(collector, [moment(first) - 5, *times], collector.pageview))


def _events_elsewhere(stage: Stage) -> None:
    """Set up a website whose events all go to development."""
    customer, viewer, label = _new_website(stage, "its events go to development")
    _view(stage, viewer, label, "11-19 10:00", None)
    key = stage.world.add_key(customer, "development")
    collector = stage.client(customer, key, website=viewer.website)
    stage.play(work(collector, people(collector.rng, customer, 40, moment("11-19 09:30"), END), collector.pageview))


def _wrong_website(stage: Stage) -> None:
    """Set up a website whose snippet has the id of the customer's other website."""
    customer, viewer, label = _new_website(stage, "its events carry another website's id")
    _view(stage, viewer, label, "11-16 11:20", None)
    collector = stage.client(customer, viewer.key, website=customer.websites[0])
    stage.play(work(collector, people(collector.rng, customer, 25, moment("11-16 11:00"), END), collector.pageview))


def _all_events_refused(stage: Stage) -> None:
    """Set up two cases at once: every event fails validation, so the website stays empty."""
    customer, viewer, label = _new_website(stage, "every event is refused")
    _view(stage, viewer, label, "11-18 12:00", None)
    collector = stage.client(customer, viewer.key, website=viewer.website, retries=0)
    refused = stage.label("invalid_body", collector, "every event, url is not a url")
    spoil = body_flaws(url="Invalid url")
    times = every(collector.rng, 0.5 * HOUR, moment("11-18 12:00"), END)
    stage.play(work_with_mistake(collector, times, collector.pageview, Mistake(refused, spoil, 0.0)))
