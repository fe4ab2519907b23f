"""Determine the course of an incident after a window has fired: its start, its growth and its end.

Start and end maximise the likelihood ratio of the incident's own failure rate against the usual rate (the cumulative
sum of Page, 1954).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pixeldesk.incidents.baseline import Numbers
from pixeldesk.incidents.failures import Counts, Failures
from pixeldesk.incidents.incident import ChangeKind
from pixeldesk.incidents.rules import (
    CHANCE_OF_A_LOWER_RATE,
    CLEAR_EVIDENCE,
    GROWTH_FACTOR,
    GROWTH_MINUTES,
    LEAST_LIFT,
    LOOK_BACK,
    ONSET_TOLERANCE,
    QUIET_MINUTES,
    STEP,
)


@dataclass(frozen=True)
class Turn:
    """A change of an incident at the end of minute `at`, with its failures and callers until then.

    `at` is an index into the arrays of Failures, which have no times; find.py makes it a Change.
    """

    kind: ChangeKind
    at: int
    requests: int
    callers: int


@dataclass(frozen=True)
class Course:
    """An incident from minute `start` to before `end`. `decided` is when the end was known, None while it is open.

    `own` selects the rows of its failures: those of callers that did not fail before it.
    """

    start: int
    end: int
    decided: int | None
    own: NDArray[np.bool_]
    turns: tuple[Turn, ...]


def course_of(
    failures: Failures, earliest: int, fired: int, minutes: int, usual_rate: float, fresh_rate: float
) -> Course | None:
    """Follow the incident whose window of this many `minutes` fired at the end of minute `fired`.

    It starts at minute `earliest`, the end of the incident before it, or later. `usual_rate` is the share of requests
    that usually fail, `fresh_rate` the same for callers that have just begun to fail. None if all failures together
    are not clearly more than usual: the callers that always fail have only changed their names.
    """
    start = _start(failures, max(earliest, fired - minutes - LOOK_BACK), fired, minutes, fresh_rate)
    own = failures.of_new_failers(start - ONSET_TOLERANCE) & (failures.minute >= start)
    tally = _Tally.of(failures, own, start)
    end, turns = fired, [tally.turn("opened", fired)]
    for at in range(fired, len(failures.traffic) + 1, STEP):
        evidence = tally.evidence(at, end, usual_rate)
        best = int(evidence.argmax())
        if at == fired and evidence[best] < CLEAR_EVIDENCE:
            return None
        end = start + best + 1
        if evidence[best] - evidence[-1] >= CLEAR_EVIDENCE and at - end >= QUIET_MINUTES:
            return Course(start, end, at, own & (failures.minute < end), (*turns, tally.turn("ended", at, end)))
        now = tally.turn("grew", at)
        if end > at - STEP and _has_grown(turns[-1], now):
            turns.append(now)
    return Course(start, end, None, own, tuple(turns))


@dataclass(frozen=True)
class _Tally:
    """Counts per minute from an incident's start on: its failures, all requests, cumulative failures and callers."""

    start: int
    failed: Counts
    requests: Counts
    failed_until: Counts
    callers_until: Counts

    @classmethod
    def of(cls, failures: Failures, own: NDArray[np.bool_], start: int) -> "_Tally":
        failed = failures.per_minute(own)[start:]
        _, first = np.unique(failures.caller[own], return_index=True)
        new = np.bincount(failures.minute[own][first] - start, minlength=len(failed))
        return cls(start, failed, failures.traffic[start:], np.cumsum(failed), np.cumsum(new))

    def evidence(self, at: int, end: int, usual_rate: float) -> Numbers:
        """Return the log-likelihood ratio of the incident's rate against the usual, cumulated from the start to `at`.

        The incident's rate is the lowest that its failures until `end` allow, but at least LEAST_LIFT times the usual.
        """
        until = slice(0, end - self.start)
        rate = _at_least(self.failed[until].sum()) / max(self.requests[until].sum(), 1)
        until = slice(0, at - self.start)
        rate = max(rate, LEAST_LIFT * usual_rate)
        return np.cumsum(_evidence(self.failed[until], self.requests[until], rate, usual_rate))

    def turn(self, kind: ChangeKind, at: int, until: int | None = None) -> Turn:
        """Return the turn at a minute, with failures and callers counted until then or until an earlier minute."""
        last = (at if until is None else until) - self.start - 1
        return Turn(kind, at, int(self.failed_until[last]), int(self.callers_until[last]))


def _start(failures: Failures, earliest: int, fired: int, minutes: int, usual_rate: float) -> int:
    """Return the minute from which, up to the firing, the failures differ most clearly from the usual."""
    failed, requests = failures.fresh_per_minute[earliest:fired], failures.traffic[earliest:fired]
    rate = failed[-minutes:].sum() / max(requests[-minutes:].sum(), 1)
    backwards = np.cumsum(_evidence(failed, requests, rate, usual_rate)[::-1])
    return fired - 1 - int(backwards.argmax())


def _evidence(failed: Counts, requests: Counts, rate: float, usual_rate: float) -> Numbers:
    """Return each minute's Poisson log-likelihood ratio of a rate against the usual rate."""
    evidence: Numbers = failed * np.log(rate / usual_rate) - requests * (rate - usual_rate)
    return evidence


def _at_least(failures: int) -> float:
    """Return the failures expected at the lowest rate that makes this many plausible (Garwood, 1936)."""
    return float(stats.gamma.ppf(CHANCE_OF_A_LOWER_RATE, max(failures, 1)))


def _has_grown(last: Turn, now: Turn) -> bool:
    return (
        now.at - last.at >= GROWTH_MINUTES
        and now.callers >= GROWTH_FACTOR * last.callers
        and now.requests >= GROWTH_FACTOR * last.requests
    )
