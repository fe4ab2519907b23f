"""Set up cases of keys that are revoked or expired and still in use."""

from __future__ import annotations

from collections.abc import Iterator

from sample_logs.simulator.cast.healthy import add_background
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Client
from sample_logs.simulator.clients.mistakes import presented
from sample_logs.simulator.clients.schedules import every, nightly, people
from sample_logs.simulator.clients.working import Mistake, work_with_mistake
from sample_logs.simulator.clock import END, moment


def cast(stage: Stage) -> None:
    """Set up three customers who still use a revoked key, and three who use an expired key."""
    _dead_key(stage, "revoked_key_in_use", "a forgotten server", "11-12 15:00", None, "people")
    _dead_key(stage, "revoked_key_in_use", "one service missed in a rotation", "11-10 09:00", "11-10 17:40", "clock")
    _dead_key(stage, "revoked_key_in_use", "a nightly job, twice a night", "11-14 12:00", None, "nightly")
    _dead_key(stage, "expired_key_in_use", "a key of ninety days", "11-18 00:00", None, "clock")
    _dead_key(stage, "expired_key_in_use", "a trial key, replaced next day", "11-12 00:00", "11-13 08:45", "people")
    _dead_key(stage, "expired_key_in_use", "ran out late on the last evening", "11-22 22:10", None, "clock")


def _times(client: Client, shape: str, start: float) -> Iterator[float]:
    if shape == "people":
        return people(client.rng, client.customer, 50, start, END)
    if shape == "nightly":
        return nightly(client.rng, 2.2, 2, start, END)
    return every(client.rng, 600, start, END)


def _dead_key(stage: Stage, case: str, variation: str, died: str, mended: str | None, shape: str) -> None:
    """Set up a client that uses the dead key from the start and, once fixed, the customer's other key."""
    customer = stage.world.add_customer()
    successor = add_background(stage, customer, 20)
    when = moment(died)
    dead = stage.world.add_key(
        customer,
        revoked_at=when if case == "revoked_key_in_use" else None,
        expires_at=when if case == "expired_key_in_use" else None,
    )
    client = stage.client(customer, dead, retries=0)
    usual = client.pageview if shape == "people" else client.pipe
    label = stage.label(case, client, variation, website=shape != "people")
    until = moment(mended) if mended else float("inf")
    renewed = presented(successor.secret)
    proper = usual if mended is None else lambda at: usual(at) if at < until else renewed(usual(at))
    mistake = Mistake(label, lambda call: call, when, until)
    stage.play(work_with_mistake(client, _times(client, shape, stage.some_days_before(when)), proper, mistake))
