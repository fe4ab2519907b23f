"""Draw scanners, which are no customers, and an accident: two requests that share an id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sample_logs.simulator.cast.strangers import REUSED_ID
from sample_logs.simulator.clients.client import Behaviour
from sample_logs.simulator.clients.scanning import scan
from sample_logs.simulator.clients.schedules import every, nightly
from sample_logs.simulator.clock import END, HOUR
from sample_logs.simulator.drawn.draw import Draw
from sample_logs.simulator.labels import Label
from sample_logs.simulator.messages import Call

_USER_AGENTS = (
    "zgrab/0.x",
    "Mozilla/5.0 (compatible; <script>alert(1)</script>)",
    "=cmd|' /C calc'!A0",
    "python-requests/2.32.3",
    "masscan/1.3",
)


def cast(draw: Draw) -> None:
    """Draw some scanners and the shared id."""
    for _ in draw.several():
        _scanner(draw)
    for _ in range(2):
        call = draw.home().server.pageview(draw.moment())
        draw.stage.play(_once(replace(call, reuse_id=REUSED_ID)))


def _scanner(draw: Draw) -> None:
    rng, ip = draw.stage.rng, draw.stage.ip()
    variation, leaves, times = _visits(draw)
    label = Label("scanner", "production", variation, client_ip=ip, leaves=leaves)
    draw.stage.labels.append(label)
    draw.stage.play(scan(rng, ip, draw.rng.choice(_USER_AGENTS), times, label))


def _visits(draw: Draw) -> tuple[str, bool, Iterator[float]]:
    rng, begins = draw.rng, draw.moment(0.5, 2)
    kind = rng.choice(("slow", "one night", "nightly", "just began"))
    if kind == "slow":
        apart = rng.uniform(300, 3000)
        return "a slow scanner", False, every(rng, apart, begins, END, apart / 3)
    if kind == "nightly":
        return "some guesses each night", False, nightly(rng, rng.uniform(0, 5), 14, begins, END, 6.0)
    if kind == "one night":
        return "one night, then gone", True, every(rng, rng.uniform(5, 60), begins, begins + HOUR, 3.0)
    return "began an hour before the end", False, every(rng, 150.0, END - HOUR, END, 60.0)


def _once(call: Call) -> Behaviour:
    yield call
