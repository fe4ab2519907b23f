"""Estimate the usual failure rate at a time of day, and how improbable a count is against it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pixeldesk.incidents.failures import Counts
from pixeldesk.incidents.rules import (
    DAY,
    DAYS_PER_NOISY_DAY,
    FEWEST_FAILURES,
    HISTORY_AROUND,
    HISTORY_DAYS,
    LEARNING_DAYS,
    LEARNING_DISPERSION,
    MOST_DISPERSION,
    PRIOR_COUNT,
    PRIOR_REQUESTS,
    STEP,
)

Numbers = NDArray[np.float64]
# For the minute in question: how many minutes earlier each history bucket ends. One row per day, yesterday first.
_BUCKETS = np.arange(1, HISTORY_DAYS + 1)[:, None] * DAY + np.arange(-HISTORY_AROUND, HISTORY_AROUND + 1, STEP)


@dataclass(frozen=True)
class Usual:
    """The usual share of requests, and its dispersion, for each of several minutes.

    `dispersion` is k in a variance of mean + k mean² per bucket; 0 is pure chance (Poisson).
    """

    rate: Numbers
    dispersion: Numbers


class Baseline:
    """Counts per minute: all requests, and those of interest among them."""

    def __init__(self, traffic: Counts, counted: Counts) -> None:
        self._first = int(np.argmax(traffic > 0)) if len(traffic) else 0
        self._requests_until = np.concatenate([[0], np.cumsum(traffic)])
        self._counted_until = np.concatenate([[0], np.cumsum(counted)])

    def usual(self, at: Counts) -> Usual:
        """Estimate what was usual at the end of each of these minutes, from earlier minutes only.

        The estimate uses the same time of day in the fortnight before, without the noisiest days, which may have had
        incidents. Without traffic at that time of day, it uses the last 24 hours.
        """
        requests, counted = self.sums(at[:, None, None] - _BUCKETS - STEP, at[:, None, None] - _BUCKETS)
        calm = ~_is_noisy(requests.sum(axis=2), counted.sum(axis=2))[:, :, None]
        requests, counted = requests * calm, counted * calm
        all_requests, all_counted = requests.sum(axis=(1, 2)), counted.sum(axis=(1, 2))
        unknown = all_requests == 0
        if unknown.any():
            last_day = self.sums(at[unknown] - DAY, at[unknown] - HISTORY_AROUND - STEP)
            all_requests[unknown], all_counted[unknown] = last_day
        rate = (all_counted + PRIOR_COUNT) / (all_requests + PRIOR_REQUESTS)
        dispersion = _dispersion(requests, counted, rate)
        learning = np.maximum(dispersion, LEARNING_DISPERSION)
        return Usual(rate, np.where(self.is_learning(at), learning, dispersion))

    def is_learning(self, at: Counts) -> NDArray[np.bool_]:
        """Return whether the history before each minute is shorter than LEARNING_DAYS."""
        return at - self._first < LEARNING_DAYS * DAY

    def sums(self, starts: Counts, ends: Counts) -> tuple[Numbers, Numbers]:
        """Return both counts, summed from each start to before its end."""
        starts, ends = np.maximum(starts, 0), np.maximum(ends, 0)
        requests = self._requests_until[ends] - self._requests_until[starts]
        counted = self._counted_until[ends] - self._counted_until[starts]
        return requests.astype(float), counted.astype(float)


def chance_of_at_least(counted: Numbers, expected: Numbers, dispersion: Numbers) -> Numbers:
    """Return the probability of this many or more: the upper tail of the negative binomial distribution."""
    size = 1 / np.maximum(dispersion, 1e-6)
    tail: Numbers = stats.nbinom.sf(counted - 1, size, size / (size + expected))
    return tail


def _is_noisy(requests: Numbers, counted: Numbers) -> NDArray[np.bool_]:
    """Mark the days, one column each, with the largest excess: one in DAYS_PER_NOISY_DAY days that have any requests.

    A noisy day has enough failures for an incident. Otherwise, with rare failures, every day that has any would go.
    """
    all_requests = np.maximum(requests.sum(axis=1, keepdims=True), 1)
    excess = counted - requests * counted.sum(axis=1, keepdims=True) / all_requests
    rank = np.argsort(np.argsort(-excess, axis=1, kind="stable"), axis=1, kind="stable")
    noisy: NDArray[np.bool_] = rank < (requests > 0).sum(axis=1, keepdims=True) // DAYS_PER_NOISY_DAY
    return noisy & (counted >= FEWEST_FAILURES)


def _dispersion(requests: Numbers, counted: Numbers, rate: Numbers) -> Numbers:
    """Estimate k by the method of moments: squared residuals beyond Poisson variance, over squared means."""
    expected = requests * rate[:, None, None]
    excess = ((counted - expected) ** 2 - expected).sum(axis=(1, 2))
    dispersion: Numbers = np.clip(excess / np.maximum((expected**2).sum(axis=(1, 2)), 1e-9), 0, MOST_DISPERSION)
    return dispersion
