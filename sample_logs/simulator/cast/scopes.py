"""Set up cases of keys without any scope, or without the scope that the route requires."""

from __future__ import annotations

from sample_logs.simulator.cast.healthy import add_background
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Client, mixture
from sample_logs.simulator.clients.mistakes import presented
from sample_logs.simulator.clients.schedules import every, nightly, people
from sample_logs.simulator.clients.working import Mistake, work, work_with_mistake
from sample_logs.simulator.clock import END, moment
from sample_logs.simulator.world import BOTH, READ, WRITE


def cast(stage: Stage) -> None:
    """Set up five customers with a scopeless key, and five with a key that lacks a scope."""
    _scopeless(stage, "every event refused", "11-16 10:30", None, "people")
    _scopeless(stage, "recreated with scopes three days later", "11-10 15:10", "11-13 09:20", "people")
    _scopeless(stage, "a nightly job, twice a night", "11-12 18:00", None, "nightly")
    _scopeless(stage, "in development", "11-17 09:40", None, "people", "development")
    _scopeless(stage, "a new service on its first evening", "11-22 22:40", None, "clock")
    _missing_scope(stage, "a reading key sends events", (READ,), "event", "11-13 10:05", None)
    _missing_scope(stage, "a writing key reads pipes", (WRITE,), "pipe", "11-11 14:00", "11-12 10:30")
    _missing_scope(stage, "a reading key identifies", (READ,), "identify", "11-19 16:10", None)
    _missing_scope(stage, "a writing key mints tokens", (WRITE,), "mint", "11-13 09:00", "11-16 12:25")
    _half_allowed(stage)


def _scopeless(
    stage: Stage, variation: str, begins: str, mended: str | None, shape: str, environment: str = "production"
) -> None:
    """Set up a client with a key without scopes, and later perhaps another key with scopes."""
    customer = stage.world.add_customer()
    add_background(stage, customer, 14)
    proper = stage.world.add_key(customer, environment, BOTH)
    scopeless = stage.world.add_key(customer, environment, ())
    client = stage.client(customer, proper, retries=0)
    began = moment(begins)
    times = {
        "people": people(client.rng, customer, 45, began, END),
        "nightly": nightly(client.rng, 0.6, 2, began, END),
        "clock": every(client.rng, 300, began, END),
    }[shape]
    usual = client.pipe if shape == "nightly" else mixture(client.rng, (client.pageview, 0.7), (client.pipe, 0.3))
    label = stage.label("scopeless_key", client, variation, presented=scopeless.secret)
    until = moment(mended) if mended else float("inf")
    mistake = Mistake(label, presented(scopeless.secret), began, until)
    stage.play(work_with_mistake(client, times, usual, mistake))


def _missing_scope(
    stage: Stage, variation: str, scopes: tuple[str, ...], what: str, begins: str, mended: str | None
) -> None:
    customer = stage.world.add_customer()
    proper = add_background(stage, customer, 14)
    short = stage.world.add_key(customer, scopes=scopes)
    client = stage.client(customer, proper, retries=0)
    usual = {"event": client.pageview, "pipe": client.pipe, "identify": client.identify, "mint": client.mint}[what]
    label = stage.label("missing_scope", client, variation, presented=short.secret, website=what == "pipe")
    times = people(client.rng, customer, 30, moment(begins), END)
    until = moment(mended) if mended else float("inf")
    mistake = Mistake(label, presented(short.secret), moment(begins), until)
    stage.play(work_with_mistake(client, times, usual, mistake))


def _half_allowed(stage: Stage) -> None:
    """Set up a key that reads pipes all day and is refused each time it sends an event."""
    customer = stage.world.add_customer()
    key = stage.world.add_key(customer, scopes=(READ,))
    reader: Client = stage.client(customer, key)
    stage.play(work(reader, every(reader.rng, 1800, stage.start, END), reader.pipe))
    writer = stage.client(customer, key, ip=reader.ips[0], retries=0)
    label = stage.label("missing_scope", writer, "the same key reads well", website=False)
    times = people(writer.rng, customer, 12, moment("11-20 08:00"), END)
    stage.play(work_with_mistake(writer, times, writer.event, Mistake(label, lambda call: call, 0.0)))
