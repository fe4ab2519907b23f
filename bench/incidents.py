"""Measure the incident detector's detections and false alerts, against two common rules.

    python -m bench.incidents [--runs 10] [--seed 7]

The simulated traffic has three sizes (with nights, weekends and a fluctuating usual error rate of 0.3 %), 60 callers,
three weeks of history and two weeks that count. Each run counts the false alerts in two weeks without an incident, and
plants one incident of each kind. A detection counts from an incident's start until a quarter of an hour after its end.
The peers are a static threshold (more than 5 % of a five-minute bucket) and the median absolute deviation (z above 3.5
against the same time of day in the fortnight before; Iglewicz and Hoaglin, 1993), both without the detector's minimum
counts.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.measured import table
from bench.synthetic_failures import Outage, synthetic_failures
from pixeldesk.incidents.detector import episodes
from pixeldesk.incidents.failures import Counts, Failures
from pixeldesk.incidents.rules import DAY, STEP

DAYS, JUDGED_FROM = 35, 21 * DAY
USUAL_SHARE, UNEVENNESS = 0.003, 0.5
LEVELS = {"3 requests a minute": 3, "60 requests a minute": 60, "1,200 requests a minute": 1200}
KINDS = {"15 min at 20 %": (15, 0.20), "30 min at 3 %": (30, 0.03), "6 h at 1.2 %": (360, 0.012)}
_AFTER_ITS_END = 15
_APART = 6  # Two alerts of a stateless rule count as one if they are at most this many buckets apart.
_STATIC_SHARE, _STATIC_NAME = 0.05, "static threshold, 5 %"
_MAD_Z, _TO_SIGMA, _MAD_NAME = 3.5, 0.6745, "median absolute deviation, z > 3.5"
_OURS = "pixeldesk"

Span = tuple[int, int]


@dataclass
class Result:
    """The false alerts and detection delays of a rule at one level of traffic."""

    false_alerts: list[int] = field(default_factory=list)
    delays: dict[str, list[int | None]] = field(default_factory=lambda: {kind: [] for kind in KINDS})


def ours(failures: Failures) -> list[Span]:
    """Return the spans of our detector's incidents."""
    return [(episode.detected, episode.course.end) for episode in episodes(failures)]


def static(failures: Failures) -> list[Span]:
    """Return the spans in which more than a fixed share of a bucket fails."""
    requests, failed = _buckets(failures)
    return _spans(failed > _STATIC_SHARE * requests)


def deviation(failures: Failures) -> list[Span]:
    """Return the spans in which a bucket's rate is far from the median at its time of day."""
    requests, failed = _buckets(failures)
    rate = failed / np.maximum(requests, 1)
    a_day = DAY // STEP
    history = np.array([day * a_day + near for day in range(1, 15) for near in range(-3, 4)])
    at = np.arange(14 * a_day + 3, len(rate))
    before = rate[at[:, None] - history]
    median = np.median(before, axis=1)
    spread = np.median(np.abs(before - median[:, None]), axis=1)
    alert = np.zeros(len(rate), dtype=bool)
    alert[at] = (_TO_SIGMA * (rate[at] - median) > _MAD_Z * np.maximum(spread, 1e-12)) & (failed[at] > 0)
    return _spans(alert)


RULES: dict[str, Callable[[Failures], list[Span]]] = {_OURS: ours, _STATIC_NAME: static, _MAD_NAME: deviation}


def delay_of(spans: Sequence[Span], outage: Outage) -> int | None:
    """Return the minutes from an outage's start to its first alert; None without an alert in time."""
    latest = outage.end + _AFTER_ITS_END
    alerts = [start for start, end in spans if start <= latest and max(end, start) > outage.start]
    return max(min(alerts), outage.start + 1) - outage.start if alerts else None


def _buckets(failures: Failures) -> tuple[Counts, Counts]:
    return (
        failures.traffic.reshape(-1, STEP).sum(axis=1),
        failures.all_per_minute.reshape(-1, STEP).sum(axis=1),
    )


def _spans(alert: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[Span]:
    """Join alerts of neighbouring buckets into spans, each from the minute at which its first bucket was complete."""
    buckets = np.flatnonzero(alert)
    if not len(buckets):
        return []
    groups = np.split(buckets, np.flatnonzero(np.diff(buckets) > _APART) + 1)
    return [(int(group[0] + 1) * STEP, int(group[-1] + 1) * STEP) for group in groups]


def measure(level: float, runs: int, seed: int) -> dict[str, Result]:
    """Measure every rule over the same runs at one level of traffic."""
    results = {name: Result() for name in RULES}
    rng = np.random.default_rng(seed)
    for run in range(runs):
        quiet = synthetic_failures(DAYS, level, USUAL_SHARE, unevenness=UNEVENNESS, seed=seed + run)
        for name, rule in RULES.items():
            results[name].false_alerts.append(sum(start > JUDGED_FROM for start, _ in rule(quiet)))
        for kind, (minutes, share) in KINDS.items():
            start = int(rng.integers(JUDGED_FROM + DAY, DAYS * DAY - DAY))
            outage = Outage(start, start + minutes, share)
            hit = synthetic_failures(DAYS, level, USUAL_SHARE, [outage], unevenness=UNEVENNESS, seed=seed + run)
            for name, rule in RULES.items():
                results[name].delays[kind].append(delay_of(rule(hit), outage))
    return results


def _cell(delays: Sequence[int | None]) -> str:
    found = [delay for delay in delays if delay is not None]
    after = f", {statistics.median(found):.0f} min" if found else ""
    return f"{len(found) / len(delays):.0%}{after}"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10, help="fortnights a level; each plants one incident of a kind")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    rows = []
    for level, requests_per_minute in LEVELS.items():
        began = time.perf_counter()
        for name, result in measure(requests_per_minute, given.runs, given.seed).items():
            false = statistics.mean(result.false_alerts) / 2
            rows.append([level, name, f"{false:.1f}", *(_cell(delays) for delays in result.delays.values())])
        print(f"{level}: {time.perf_counter() - began:.0f} s")
    table("Incidents: false alerts, detection and median delay", ["traffic", "rule", "false a week", *KINDS], rows)


if __name__ == "__main__":
    main()
