"""Hold the failures with one error code in one environment, by minute and caller, as columns."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pixeldesk.incidents.rules import HABIT_FACTOR, HABIT_HOURS, HOUR

Counts = NDArray[np.int64]
Chosen = NDArray[np.bool_]


@dataclass(frozen=True)
class Failures:
    """One row per minute and caller, in time order. Minute 0 is the first minute of the environment's traffic.

    `traffic` has the number of the environment's requests in every minute, failed or not.
    """

    traffic: Counts
    minute: Counts
    caller: Counts
    requests: Counts

    @cached_property
    def is_fresh(self) -> Chosen:
        """Whether a row's caller fails more than its habit, row by row.

        That is, in the hour until then it fails more than HABIT_FACTOR times as often as in its worst hour of the day
        before. Without this condition, customers who always fail would hide those who suddenly do.
        """
        order = np.lexsort((self.minute, self.caller))
        # One sort key for caller and minute, so that one search serves all callers; the stride keeps callers apart.
        stride = len(self.traffic) + (HABIT_HOURS + 3) * HOUR
        key = self.caller[order] * stride + self.minute[order] + (HABIT_HOURS + 2) * HOUR
        failed_until = np.concatenate([[0], np.cumsum(self.requests[order])])
        hours = [failed_until[np.searchsorted(key, key - hour * HOUR, side="right")] for hour in range(HABIT_HOURS + 2)]
        last_hour, *before = [later - earlier for later, earlier in pairwise(hours)]
        fresh = np.empty(len(order), dtype=bool)
        fresh[order] = last_hour > HABIT_FACTOR * np.max(before, axis=0)
        return fresh

    @cached_property
    def begins(self) -> Chosen:
        """Whether a row is fresh and its caller had no fresh row in the hour before, row by row."""
        rows = np.flatnonzero(self.is_fresh)
        order = rows[np.lexsort((self.minute[rows], self.caller[rows]))]
        minute, caller = self.minute[order], self.caller[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (caller[1:] != caller[:-1]) | (minute[1:] - minute[:-1] > HOUR)
        begins = np.zeros(len(self.minute), dtype=bool)
        begins[order[first]] = True
        return begins

    @cached_property
    def all_per_minute(self) -> Counts:
        """All failures per minute."""
        return self.per_minute(np.ones(len(self.minute), dtype=bool))

    @cached_property
    def fresh_per_minute(self) -> Counts:
        """Fresh failures per minute; 0 in minutes whose traffic was removed by `without`."""
        return np.where(self.traffic > 0, self.per_minute(self.is_fresh), 0)

    @cached_property
    def beginners_per_minute(self) -> Counts:
        """Callers per minute that begin to fail; 0 in minutes whose traffic was removed by `without`."""
        counted = np.bincount(self.minute[self.begins], minlength=len(self.traffic)).astype(np.int64)
        return np.where(self.traffic > 0, counted, 0)

    def per_minute(self, chosen: Chosen) -> Counts:
        """Sum the failures of the chosen rows, one number for each minute of the traffic."""
        counted = np.bincount(self.minute[chosen], weights=self.requests[chosen], minlength=len(self.traffic))
        return counted.astype(np.int64)

    def of_new_failers(self, start: int) -> Chosen:
        """Select the rows of callers that begin to fail at minute `start` or later, each from that minute on."""
        never = len(self.traffic)
        begun = np.full(int(self.caller.max(initial=-1)) + 1, never)
        since = self.begins & (self.minute >= start)
        np.minimum.at(begun, self.caller[since], self.minute[since])
        return self.minute >= begun[self.caller]

    def within(self, start: int, end: int) -> slice:
        """Return the rows of the minutes from `start` to before `end`."""
        first, past = np.searchsorted(self.minute, [start, end])
        return slice(int(first), int(past))

    def only(self, rows: slice, until: int) -> "Failures":
        """Return a copy with only these rows, whose traffic ends before minute `until`."""
        return Failures(self.traffic[:until], self.minute[rows], self.caller[rows], self.requests[rows])

    def without(self, start: int, end: int, rows: slice, own: Chosen) -> "Failures":
        """Return a copy without an incident: without the rows in `rows` that `own` selects, and its minutes' traffic.

        A caller that the incident hit can then begin to fail again in the next one, and does not count as one that
        always fails.
        """
        traffic = self.traffic.copy()
        traffic[start:end] = 0
        remaining = np.ones(len(self.minute), dtype=bool)
        remaining[rows] = ~own
        return Failures(traffic, self.minute[remaining], self.caller[remaining], self.requests[remaining])
