"""The course of one incident, once a window has fired: where it began, how it grew, when it was over.

Both ends are where the failures are best told from the usual: the stretch of minutes whose likelihood ratio of the
incident's own rate against the usual one is largest (the cumulative sum of Page, 1954).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pixeldesk.incidents.baseline import Numbers
from pixeldesk.incidents.failures import Counts, Failures
from pixeldesk.incidents.rules import (
    BEFORE_BEGINNING,
    CHANCE_OF_A_LOWER_RATE,
    CLEAR_EVIDENCE,
    GROWTH_FACTOR,
    GROWTH_MINUTES,
    LEAST_LIFT,
    LOOK_BACK,
    QUIET_MINUTES,
    STEP,
)


@dataclass(frozen=True)
class Turn:
    """What became of an incident by the end of a minute, with its failures and callers until then."""

    kind: Literal["opened", "grew", "ended"]
    at: int
    requests: int
    callers: int


@dataclass(frozen=True)
class Course:
    """From `start` until before `end`, in minutes; `decided` is when that end was known, None while it goes on.

    `own` chooses the rows of the failures that belong to it: those of callers that did not fail before it.
    """

    start: int
    end: int
    decided: int | None
    own: NDArray[np.bool_]
    turns: tuple[Turn, ...]


def course_of(
    failures: Failures, earliest: int, fired: int, minutes: int, usual_rate: float, fresh_rate: float
) -> Course | None:
    """What became of the failures that made a window of so many minutes fire at the end of minute `fired`.

    It begins at minute `earliest` or later, when the incident before it was over. `usual_rate` is the share of
    requests that usually fail, `fresh_rate` the same of callers that have just begun to. None where all failures
    together are not clearly more than usual: customers who fail anyway, by other names.
    """
    start = _start(failures, max(earliest, fired - minutes - LOOK_BACK), fired, minutes, fresh_rate)
    theirs = failures.of_those_who_begin(start - BEFORE_BEGINNING) & (failures.minute >= start)
    tally = _Tally.of(failures, theirs, start)
    end, turns = fired, [tally.turn("opened", fired)]
    for at in range(fired, len(failures.traffic) + 1, STEP):
        evidence = tally.evidence(at, end, usual_rate)
        best = int(evidence.argmax())
        if at == fired and evidence[best] < CLEAR_EVIDENCE:
            return None
        end = start + best + 1
        if evidence[best] - evidence[-1] >= CLEAR_EVIDENCE and at - end >= QUIET_MINUTES:
            return Course(start, end, at, theirs & (failures.minute < end), (*turns, tally.turn("ended", at, end)))
        now = tally.turn("grew", at)
        if end > at - STEP and _has_grown(turns[-1], now):
            turns.append(now)
    return Course(start, end, None, theirs, tuple(turns))


@dataclass(frozen=True)
class _Tally:
    """From an incident's first minute on: its failures, all requests, and how many callers fail for the first time."""

    start: int
    failed: Counts
    requests: Counts
    failed_until: Counts
    callers_until: Counts

    @classmethod
    def of(cls, failures: Failures, theirs: NDArray[np.bool_], start: int) -> "_Tally":
        failed = failures.per_minute(theirs)[start:]
        _, first = np.unique(failures.caller[theirs], return_index=True)
        new = np.bincount(failures.minute[theirs][first] - start, minlength=len(failed))
        return cls(start, failed, failures.traffic[start:], np.cumsum(failed), np.cumsum(new))

    def evidence(self, at: int, end: int, usual_rate: float) -> Numbers:
        """How much likelier the failures from the start until each minute are at the incident's rate, until `at`.

        Its rate is that until `end`, or as low as its failures allow.
        """
        until = slice(0, end - self.start)
        rate = _at_least(self.failed[until].sum()) / max(self.requests[until].sum(), 1)
        until = slice(0, at - self.start)
        rate = max(rate, LEAST_LIFT * usual_rate)
        return np.cumsum(_evidence(self.failed[until], self.requests[until], rate, usual_rate))

    def turn(self, kind: Literal["opened", "grew", "ended"], at: int, until: int | None = None) -> Turn:
        """What was known at a minute, of the failures until then or until an earlier one."""
        last = (at if until is None else until) - self.start - 1
        return Turn(kind, at, int(self.failed_until[last]), int(self.callers_until[last]))


def _start(failures: Failures, earliest: int, fired: int, minutes: int, usual_rate: float) -> int:
    """The first minute of the stretch until the firing that is best told from the usual."""
    failed, requests = failures.fresh_per_minute[earliest:fired], failures.traffic[earliest:fired]
    rate = failed[-minutes:].sum() / max(requests[-minutes:].sum(), 1)
    until_firing = np.cumsum(_evidence(failed, requests, rate, usual_rate)[::-1])
    return fired - 1 - int(until_firing.argmax())


def _evidence(failed: Counts, requests: Counts, rate: float, usual_rate: float) -> Numbers:
    """The logarithm of how much likelier each minute's failures are at a rate than at the usual one, as Poisson's."""
    evidence: Numbers = failed * np.log(rate / usual_rate) - requests * (rate - usual_rate)
    return evidence


def _at_least(failures: int) -> float:
    """How many were to be expected at the lowest rate that still makes so many likely (Garwood, 1936)."""
    return float(stats.gamma.ppf(CHANCE_OF_A_LOWER_RATE, max(failures, 1)))


def _has_grown(told: Turn, now: Turn) -> bool:
    return (
        now.at - told.at >= GROWTH_MINUTES
        and now.callers >= GROWTH_FACTOR * told.callers
        and now.requests >= GROWTH_FACTOR * told.requests
    )
