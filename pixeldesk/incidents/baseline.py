"""What is usual at a time of day, and whether a count is more than that."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pixeldesk.incidents.failures import Counts
from pixeldesk.incidents.rules import (
    DAY,
    DAYS_A_NOISY_ONE,
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
# How long before a minute each bucket of its history ends: one row a day, from yesterday on.
_BUCKETS = np.arange(1, HISTORY_DAYS + 1)[:, None] * DAY + np.arange(-HISTORY_AROUND, HISTORY_AROUND + 1, STEP)


@dataclass(frozen=True)
class Usual:
    """For each of several minutes: the share of requests that is usual, and how uneven that is.

    `dispersion` is k in a variance of mean + k mean², bucket by bucket: 0 where counts come by chance alone.
    """

    rate: Numbers
    dispersion: Numbers


class Baseline:
    """The requests of every minute, and how many there are of what is counted among them."""

    def __init__(self, traffic: Counts, counted: Counts) -> None:
        self._first = int(np.argmax(traffic > 0)) if len(traffic) else 0
        self._requests_until = np.concatenate([[0], np.cumsum(traffic)])
        self._counted_until = np.concatenate([[0], np.cumsum(counted)])

    def usual(self, at: Counts) -> Usual:
        """What was usual at the end of each of these minutes, by what was there until then.

        The same time of day over the fortnight before, without the noisiest days: what happened there may be
        incidents. Where no day before tells of this time, what the last day tells of any.
        """
        requests, counted = self.sums(at[:, None, None] - _BUCKETS - STEP, at[:, None, None] - _BUCKETS)
        kept = ~_is_noisy(requests.sum(axis=2), counted.sum(axis=2))[:, :, None]
        requests, counted = requests * kept, counted * kept
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
        """Whether there is less history than it takes to know what is usual."""
        return at - self._first < LEARNING_DAYS * DAY

    def sums(self, starts: Counts, ends: Counts) -> tuple[Numbers, Numbers]:
        """Requests, and what is counted, from each start until before its end."""
        starts, ends = np.maximum(starts, 0), np.maximum(ends, 0)
        requests = self._requests_until[ends] - self._requests_until[starts]
        counted = self._counted_until[ends] - self._counted_until[starts]
        return requests.astype(float), counted.astype(float)


def chance_of_at_least(counted: Numbers, expected: Numbers, dispersion: Numbers) -> Numbers:
    """How probable so many or more are: the upper tail of the negative binomial distribution."""
    size = 1 / np.maximum(dispersion, 1e-6)
    tail: Numbers = stats.nbinom.sf(counted - 1, size, size / (size + expected))
    return tail


def _is_noisy(requests: Numbers, counted: Numbers) -> NDArray[np.bool_]:
    """The days, one column each, with the most beyond their share: one in DAYS_A_NOISY_ONE that have any requests.

    Only those with enough for an incident: of what is rare, leaving out the days that have any would leave none.
    """
    all_requests = np.maximum(requests.sum(axis=1, keepdims=True), 1)
    excess = counted - requests * counted.sum(axis=1, keepdims=True) / all_requests
    rank = np.argsort(np.argsort(-excess, axis=1, kind="stable"), axis=1, kind="stable")
    noisy: NDArray[np.bool_] = rank < (requests > 0).sum(axis=1, keepdims=True) // DAYS_A_NOISY_ONE
    return noisy & (counted >= FEWEST_FAILURES)


def _dispersion(requests: Numbers, counted: Numbers, rate: Numbers) -> Numbers:
    """The moment estimate: what the squares of the residuals have beyond chance, against the squares of the means."""
    expected = requests * rate[:, None, None]
    beyond = ((counted - expected) ** 2 - expected).sum(axis=(1, 2))
    found: Numbers = np.clip(beyond / np.maximum((expected**2).sum(axis=(1, 2)), 1e-9), 0, MOST_DISPERSION)
    return found
