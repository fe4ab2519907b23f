"""Behaviours that reach the rate limit: one keeps calling, the other honours Retry-After."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sample_logs.simulator.clients.client import Behaviour, Client, Usual
from sample_logs.simulator.labels import Label


def hammer(
    client: Client,
    starts: Iterable[float],
    calls: int,
    per_minute: float,
    usual: Usual,
    label: Label,
    mended: float = float("inf"),
) -> Behaviour:
    """Make ``calls`` calls at a steady pace at each start, ignoring Retry-After until ``mended``."""
    for start in starts:
        if start >= mended:
            yield from _patient_batch(client, start, calls, usual, label)
            continue
        at = start
        for _ in range(calls):
            yield replace(usual(at), label=label)
            at += 60.0 / per_minute * client.rng.uniform(0.8, 1.2)


def _patient_batch(client: Client, at: float, calls: int, usual: Usual, label: Label) -> Behaviour:
    for _ in range(calls):
        yield replace(usual(at), mends=label)
        at += client.rng.uniform(1.05, 1.6)


def patient_when_limited(
    client: Client, starts: Iterable[float], calls: int, per_minute: float, usual: Usual
) -> Behaviour:
    """Make ``calls`` calls at each start, somewhat faster than allowed, and wait for Retry-After when limited."""
    for start in starts:
        at = start
        for _ in range(calls):
            reply = yield usual(at)
            while reply.retry_after_s is not None:
                reply = yield usual(reply.at + reply.retry_after_s + client.rng.uniform(0.1, 2.0))
            at = max(at + 60.0 / per_minute, reply.at)
