"""Make synthetic failures for the incident detector: traffic with a daily rhythm, callers and planted outages."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pixeldesk.incidents.failures import Counts, Failures
from pixeldesk.incidents.rules import DAY, STEP

CALLERS = 60


@dataclass(frozen=True)
class Outage:
    """An outage: in these minutes at least this share of all requests fails, whoever sends them."""

    start: int
    end: int
    share: float


@dataclass(frozen=True)
class Culprit:
    """A caller whose requests fail for a reason of its own, `per_minute` on average."""

    caller: int
    start: int
    end: int
    per_minute: float


def synthetic_failures(
    days: int,
    requests_per_minute: float,
    usual_share: float = 0.002,
    outages: Sequence[Outage] = (),
    culprits: Sequence[Culprit] = (),
    unevenness: float = 0.0,
    seed: int = 1,
) -> Failures:
    """Make traffic with nights and weekends, with failures by chance, from outages and from culprits.

    `unevenness` is the standard deviation of the logarithm of the usual share from one bucket to the next.
    """
    rng = np.random.default_rng(seed)
    minute = np.arange(days * DAY)
    daily = 0.35 + 0.65 * (0.5 - 0.5 * np.cos(2 * np.pi * (minute % DAY / DAY - 0.15)))
    traffic = rng.poisson(requests_per_minute * daily * np.where(minute // DAY % 7 >= 5, 0.55, 1.0))
    wobble = np.exp(rng.normal(-(unevenness**2) / 2, unevenness, len(minute) // STEP))
    share = np.clip(usual_share * np.repeat(wobble, STEP), 0, 1)
    for outage in outages:
        span = slice(outage.start, outage.end)
        share[span] = np.maximum(share[span], outage.share)
    failing = np.repeat(minute, rng.binomial(traffic, share))
    # A few callers send most of the requests, as in practice.
    weights = 1 / np.arange(1, CALLERS + 1)
    caller = rng.choice(CALLERS, len(failing), p=weights / weights.sum())
    parts = [(failing, caller)]
    for culprit in culprits:
        span_minutes = np.arange(culprit.start, culprit.end)
        own = np.repeat(span_minutes, rng.poisson(culprit.per_minute, len(span_minutes)))
        np.add.at(traffic, own, 1)
        parts.append((own, np.full(len(own), culprit.caller)))
    minutes, callers = zip(*parts, strict=True)
    return gathered(traffic, np.concatenate(minutes), np.concatenate(callers))


def gathered(traffic: Counts, minute: Counts, caller: Counts) -> Failures:
    """Group failures by minute and caller. `minute` and `caller` have one entry per failure."""
    pairs, requests = np.unique(np.stack([minute, caller], axis=1), axis=0, return_counts=True)
    return Failures(traffic.astype(np.int64), pairs[:, 0], pairs[:, 1], requests)


def until(failures: Failures, minute: int) -> Failures:
    """Return the failures before a minute, as they were known then."""
    known = failures.minute < minute
    return Failures(failures.traffic[:minute], failures.minute[known], failures.caller[known], failures.requests[known])
