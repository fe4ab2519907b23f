"""Behaviours of clients that work correctly, always or except for a mistake during some time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sample_logs.simulator.clients.client import Behaviour, Client, Usual
from sample_logs.simulator.labels import Label
from sample_logs.simulator.messages import Call

Spoil = Callable[[Call], Call]
"""Turns a correct call into one with the mistake."""


def work(client: Client, times: Iterable[float], usual: Usual) -> Behaviour:
    """Make the usual call at each time."""
    for at in times:
        yield from client.send(usual(at))


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: what it does to a call, from when until when, and in what share of the calls."""

    label: Label
    spoil: Spoil
    begins: float
    mended: float = float("inf")
    share: float = 1.0


def work_with_mistake(client: Client, times: Iterable[float], usual: Usual, mistake: Mistake) -> Behaviour:
    """Make the usual call at each time, and spoil it while the mistake lasts."""
    for at in times:
        call = usual(at)
        if mistake.begins <= at < mistake.mended:
            if client.rng.random() < mistake.share:
                call = replace(mistake.spoil(call), label=mistake.label)
        elif at >= mistake.mended:
            call = replace(call, mends=mistake.label)
        yield from client.send(call)
