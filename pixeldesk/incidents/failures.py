"""The failures with one error code in one environment, as columns, minute by minute."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pixeldesk.incidents.rules import HABIT_HOURS, HOUR, MORE_THAN_HABIT

Counts = NDArray[np.int64]
Chosen = NDArray[np.bool_]


@dataclass(frozen=True)
class Failures:
    """One row a caller and minute, in time order. Minutes count from the first of the environment's traffic.

    `traffic` has the environment's requests of every minute, whatever became of them.
    """

    traffic: Counts
    minute: Counts
    caller: Counts
    requests: Counts

    @cached_property
    def is_fresh(self) -> Chosen:
        """Whether a row's caller fails more than it is used to.

        That is: in the hour until then MORE_THAN_HABIT times more often than in its worst hour of the day before.
        Or the customers who always fail would hide those who suddenly do.
        """
        order = np.lexsort((self.minute, self.caller))
        # One number for caller and minute, so that all callers are searched at once; none reaches into another's.
        apart = len(self.traffic) + (HABIT_HOURS + 3) * HOUR
        place = self.caller[order] * apart + self.minute[order] + (HABIT_HOURS + 2) * HOUR
        failed_until = np.concatenate([[0], np.cumsum(self.requests[order])])
        hours = [
            failed_until[np.searchsorted(place, place - hour * HOUR, side="right")] for hour in range(HABIT_HOURS + 2)
        ]
        last_hour, *before = [later - earlier for later, earlier in pairwise(hours)]
        fresh = np.empty(len(order), dtype=bool)
        fresh[order] = last_hour > MORE_THAN_HABIT * np.max(before, axis=0)
        return fresh

    @cached_property
    def begins(self) -> Chosen:
        """The fresh rows before which their caller has had none for an hour."""
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
        """All failures a minute."""
        return self.per_minute(np.ones(len(self.minute), dtype=bool))

    @cached_property
    def fresh_per_minute(self) -> Counts:
        """Failures a minute of callers that fail more than they are used to; none where traffic is left out."""
        return np.where(self.traffic > 0, self.per_minute(self.is_fresh), 0)

    @cached_property
    def beginners_per_minute(self) -> Counts:
        """How many callers begin to fail more than that; none where traffic is left out."""
        counted = np.bincount(self.minute[self.begins], minlength=len(self.traffic)).astype(np.int64)
        return np.where(self.traffic > 0, counted, 0)

    def per_minute(self, chosen: Chosen) -> Counts:
        """Failures of the chosen rows, one number a minute of the traffic."""
        counted = np.bincount(self.minute[chosen], weights=self.requests[chosen], minlength=len(self.traffic))
        return counted.astype(np.int64)

    def of_those_who_begin(self, start: int) -> Chosen:
        """The rows of callers that begin at `start` or later, each from its beginning on."""
        never = len(self.traffic)
        begun = np.full(int(self.caller.max(initial=-1)) + 1, never)
        since = self.begins & (self.minute >= start)
        np.minimum.at(begun, self.caller[since], self.minute[since])
        return self.minute >= begun[self.caller]

    def within(self, start: int, end: int) -> slice:
        """The rows of the minutes from `start` until before `end`."""
        first, past = np.searchsorted(self.minute, [start, end])
        return slice(int(first), int(past))

    def only(self, rows: slice, until: int) -> "Failures":
        """As if there were no other rows, and no time after a minute."""
        return Failures(self.traffic[:until], self.minute[rows], self.caller[rows], self.requests[rows])

    def without(self, start: int, end: int, rows: slice, own: Chosen) -> "Failures":
        """As if the chosen of these rows, of an incident in these minutes, had not been, nor the minutes' traffic.

        Who was hit by it fails anew in the next one, and is no customer who always fails.
        """
        traffic = self.traffic.copy()
        traffic[start:end] = 0
        kept = np.ones(len(self.minute), dtype=bool)
        kept[rows] = ~own
        return Failures(traffic, self.minute[kept], self.caller[kept], self.requests[kept])
