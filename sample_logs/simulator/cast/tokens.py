"""Set up cases of a minted JWT that is cached for longer than its 120 seconds."""

from __future__ import annotations

from sample_logs.simulator.cast.healthy import add_background
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.schedules import nightly, people
from sample_logs.simulator.clients.tokens import TokenCache, mint_and_cache
from sample_logs.simulator.clock import END, HOUR, moment
from sample_logs.simulator.world import READ


def cast(stage: Stage) -> None:
    """Set up five customers that cache tokens, each in its own way, and a nightly report."""
    _caches(stage, "minted at start-up, restarted every six hours", 6 * HOUR, "11-16 09:30", None, 90)
    _caches(stage, "kept for ten minutes", 600, "11-10 11:00", "11-12 15:30", 160)
    _caches(stage, "kept for three minutes", 180, "11-13 08:00", None, 220)
    _caches(stage, "kept until refused", HOUR, "11-18 09:00", None, 120, drops=True)
    _caches(stage, "kept for an hour, on the last evening", HOUR, "11-22 22:20", None, 500)
    _nightly(stage)


def _caches(
    stage: Stage,
    variation: str,
    cached_s: float,
    begins: str,
    mended: str | None,
    per_day: float,
    drops: bool = False,
) -> None:
    customer = stage.world.add_customer()
    add_background(stage, customer, 14)
    client = stage.client(customer, stage.world.add_key(customer, scopes=(READ,)), retries=0)
    label = stage.label("cached_jwt", client, variation)
    began = moment(begins)
    times = people(client.rng, customer, per_day, began - 6 * HOUR, END)
    cache = TokenCache(label, cached_s, began, moment(mended) if mended else float("inf"), drops)
    stage.play(mint_and_cache(client, times, client.pipe, cache))


def _nightly(stage: Stage) -> None:
    """Set up a report that mints once and takes four minutes, so that its last two calls fail every night."""
    customer = stage.world.add_customer()
    add_background(stage, customer, 12)
    client = stage.client(customer, stage.world.add_key(customer, scopes=(READ,)), retries=0)
    label = stage.label("cached_jwt", client, "one token for a report of four minutes: two calls fail each night")
    times = nightly(client.rng, 5.0, 5, moment("11-11 00:00"), END, 55.0)
    stage.play(mint_and_cache(client, times, client.pipe, TokenCache(label, HOUR, moment("11-11 00:00"))))
