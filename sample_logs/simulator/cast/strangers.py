"""Set up scanners, which are no customers, and an accident: two requests that share an id."""

from __future__ import annotations

from dataclasses import replace

from sample_logs.simulator.cast.healthy import add_background
from sample_logs.simulator.cast.stage import Stage
from sample_logs.simulator.clients.client import Behaviour
from sample_logs.simulator.clients.scanning import scan
from sample_logs.simulator.clients.schedules import every, nightly
from sample_logs.simulator.clock import END, HOUR, moment
from sample_logs.simulator.labels import Label

REUSED_ID = "req_0000000000AA"
"""An id that the proxies of two customers chose, on different days."""


def cast(stage: Stage) -> None:
    """Set up three scanners and the shared id."""
    _scanner(stage, "a slow scanner, every ten minutes", "zgrab/0.x", 600.0, "11-15 22:00", None)
    _scanner(
        stage,
        "one night, then gone",
        "Mozilla/5.0 (compatible; <script>alert(1)</script>)",
        9.0,
        "11-14 02:10",
        "11-14 02:55",
    )
    rng, ip = stage.rng, stage.ip()
    label = Label("scanner", "production", "some guesses each night", client_ip=ip)
    stage.labels.append(label)
    times = nightly(rng, 23.2, 14, moment("11-10 00:00"), END, 6.0)
    stage.play(scan(rng, ip, "=cmd|' /C calc'!A0", times, label))
    for when in ("11-12 10:00", "11-18 11:30"):
        stage.play(_reuses_id(stage, moment(when)))


def _scanner(stage: Stage, variation: str, user_agent: str, apart: float, begins: str, ends: str | None) -> None:
    rng, ip = stage.rng, stage.ip()
    label = Label("scanner", "production", variation, client_ip=ip, leaves=ends is not None)
    stage.labels.append(label)
    until = moment(ends) if ends else END
    stage.play(scan(rng, ip, user_agent, every(rng, apart, moment(begins), until, apart / 3), label))


def _reuses_id(stage: Stage, at: float) -> Behaviour:
    customer = stage.world.add_customer()
    client = stage.client(customer, add_background(stage, customer, 12))
    call = client.pageview(at + HOUR / 7)

    def once() -> Behaviour:
        yield replace(call, reuse_id=REUSED_ID)

    return once()
