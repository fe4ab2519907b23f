"""Set up cases of callers that are rate limited and keep calling."""

from __future__ import annotations

from sample_logs.simulator.cast.healthy import add_background
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.impatience import hammer
from sample_logs.simulator.clients.schedules import every, nightly
from sample_logs.simulator.clock import END, HOUR, moment


def cast(stage: Stage) -> None:
    """Set up four customers that ignore Retry-After."""
    _hammers(stage, "an export every three hours", 3 * HOUR, 84, 150, "11-17 08:00", None)
    _hammers(
        stage,
        "a script run three times a day, then given a pause",
        8 * HOUR,
        120,
        200,
        "11-10 06:00",
        "11-12 10:00",
    )
    _hammers(stage, "a loop on the last evening", 0.5 * HOUR, 75, 300, "11-22 22:00", None)
    _nightly(stage)


def _hammers(
    stage: Stage, variation: str, apart: float, calls: int, per_minute: float, begins: str, mended: str | None
) -> None:
    customer = stage.world.add_customer()
    add_background(stage, customer, 12)
    client = stage.client(customer, stage.world.add_key(customer), retries=0)
    label = stage.label("rate_limited", client, variation)
    starts = every(client.rng, apart, moment(begins), END, 60)
    until = moment(mended) if mended else float("inf")
    stage.play(hammer(client, starts, calls, per_minute, client.pipe, label, until))


def _nightly(stage: Stage) -> None:
    """Set up an import that sends sixty-four events as fast as possible, of which a few are refused each night."""
    customer = stage.world.add_customer()
    add_background(stage, customer, 12)
    client = stage.client(customer, stage.world.add_key(customer), retries=0)
    label = stage.label("rate_limited", client, "a few too many each night", website=False)
    starts = nightly(client.rng, 1.9, 1, moment("11-11 00:00"), END)
    stage.play(hammer(client, starts, 64, 400, client.event, label))
