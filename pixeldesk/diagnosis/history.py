"""How a subject failed over time, and what follows from it: whether it is a case at all, and whether it is over.

A case is a mistake that lasts, not a slip of a few minutes; and it is over when the failing client, or the
same program at another address, has succeeded at the same thing often enough since that chance cannot explain
it. Every threshold is named here, with its unit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Status = Literal["active", "recovered"]

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0

FEWEST_FAILURES = 4
"""Fewer failures than this are never a case."""
FEWEST_OF_NOBODY = 20
"""The same where nothing tells whose requests these are."""
SLIP_S = 15 * MINUTE_S
"""What begins and ends within this long is a slip, however often it failed."""
NOTICED_S = 45 * MINUTE_S
"""What ended within this long was noticed and mended at once: a slip."""
NOTICED_BY_HAND_S = 3 * HOUR_S
"""The same where a person sat at a keyboard, or in an environment made for trying things out."""
RUN_FAILURES = 5
"""So many failures in a row, over more than SLIP_S, without a success of the same client between them."""
SPARSE_RUN_FAILURES, SPARSE_RUN_S = 4, 12 * HOUR_S
"""Or so few, over so long: a job that fails once or twice a night."""
SHARE_FAILURES, SHARE_SITTINGS, SHARE_SITTING_S = 6, 3, HOUR_S
"""Where successes come between: so many failures, in so many sittings or in one of this length."""
LEAST_SHARE = 0.02
"""And at least this share of what the client did meanwhile; below it is noise."""
CHANCE = 0.05
"""A recovery is believed when failures at the former rate would miss by chance no more often than this."""

FRESH_AGE_S, FRESH_S = DAY_S, 20 * MINUTE_S
"""What began within this long before the end of the logs, has lasted for this long, and goes on, is a case…"""
FRESH_ENOUGH = ((10, 0.05), (6, 0.5))
"""…with so many failures that are at least this share."""
CLEARLY_MORE = 1.5
"""So many times the longest row of successes between two failures. Short of that, chance must be a fifth, and the
silence longer than ever before: somebody else at the same address may work when the failing one rests."""
FEWEST_SUCCESSES = 2
"""One success alone may be chance, or a token that was minted anew."""
SAME_HOUR, SAME_HOUR_DAYS = 0.98, 3
"""A clock job fails at the same time of day: the length of the mean vector of the times of day (1: all alike,
0.98: within some 45 minutes), on so many days. See Fisher, Statistical Analysis of Circular Data, 1993."""

_BY_HAND = ("curl", "httpie", "postman", "insomnia", "wget", "bruno")
_FOR_TRYING = ("development", "dev", "local", "test")


@dataclass(frozen=True)
class History:
    """A row of histories.sql. Times are UTC without a zone, spans in seconds.

    Successes are those of the failing client (address and program) at the same route; `any_` counts the same
    program of the same customer at every address. `most_…_between` is the longest row of successes between
    two failures, `…_until_last` how many there were before the last failure. A newcomer is a client of the
    customer that first succeeded at the same route after the last failure; `same_program_successes` counts
    those of newcomers that run the failing program.
    """

    environment: str | None
    customer_id: str | None
    user_agent: str | None
    failing_requests: int
    first_seen: datetime
    last_seen: datetime
    sittings: int
    longest_sitting_s: float
    days: int
    at_weekends: int
    longest_silence_s: float
    same_hour: float
    addresses: int
    lost_in_a_crowd: bool
    run_failures: int
    run_seconds: float
    any_run_failures: int
    any_run_seconds: float
    successes: int
    successes_until_last: int
    most_successes_between: int
    any_successes: int
    any_until_last: int
    most_any_between: int
    newcomer_success: datetime | None
    same_program_successes: int
    end: datetime

    @property
    def span_s(self) -> float:
        """From the first failure to the last."""
        return (self.last_seen - self.first_seen).total_seconds()

    @property
    def quiet_s(self) -> float:
        """From the last failure to the end of the logs."""
        return (self.end - self.last_seen).total_seconds()

    @property
    def moves(self) -> bool:
        """Whether the failing program has another address nearly every time, so that an address tells nothing."""
        return 2 * self.addresses > self.failing_requests

    @property
    def share(self) -> float:
        """Failures among all that the failing client did meanwhile."""
        successes = self.any_until_last if self.moves else self.successes_until_last
        return self.failing_requests / (self.failing_requests + successes)

    @property
    def is_clock_job(self) -> bool:
        """Whether it fails at the same time of day, day after day."""
        return self.days >= SAME_HOUR_DAYS and self.same_hour >= SAME_HOUR

    @property
    def by_hand(self) -> bool:
        """Whether a person tries things out: at a keyboard, or where nobody is served."""
        program = (self.user_agent or "").lower()
        return program.startswith(_BY_HAND) or (self.environment or "").lower() in _FOR_TRYING

    @property
    def has_stopped(self) -> bool:
        """Whether the failures have stopped: the client works since, or is silent for longer than ever before."""
        before, between = self.successes_until_last, self.most_successes_between
        if self._has_turned(before, self._since, between):
            return True
        if self._has_turned(before, self.same_program_successes, between):
            return True
        if self.moves and self._has_turned_wherever_it_runs:
            return True
        if self.is_clock_job and self.longest_silence_s < DAY_S + HOUR_S and self.quiet_s > DAY_S + HOUR_S:
            return True
        if self._since or (self.moves and self._any_since):
            return False
        replaced = self.newcomer_success is not None and self.quiet_s > 1.5 * self.longest_silence_s
        return replaced or self._counted_quiet_s > max(3 * self.longest_silence_s, DAY_S)

    @property
    def status(self) -> Status:
        """Recovered: it has stopped, and the customer has succeeded at the same thing since."""
        moved_on = self.moves and self._any_since > 0
        succeeded = self._since > 0 or moved_on or self.newcomer_success is not None
        return "recovered" if self.has_stopped and succeeded else "active"

    @property
    def lasts(self) -> bool:
        """Whether this is a mistake that lasts."""
        fewest = FEWEST_FAILURES if self.customer_id else FEWEST_OF_NOBODY
        if self.failing_requests < fewest or self.span_s < SLIP_S or self.lost_in_a_crowd:
            return False
        if self.has_stopped and self.span_s < (NOTICED_BY_HAND_S if self.by_hand else NOTICED_S):
            return False
        return self._fails_in_a_row or self._fails_again_and_again or self._has_just_begun or self.is_clock_job

    @property
    def _fails_in_a_row(self) -> bool:
        failures = self.any_run_failures if self.moves else self.run_failures
        seconds = self.any_run_seconds if self.moves else self.run_seconds
        brief = self.sittings < SHARE_SITTINGS and self.longest_sitting_s < SLIP_S
        sparse = failures >= SPARSE_RUN_FAILURES and seconds >= SPARSE_RUN_S
        return not brief and (failures >= RUN_FAILURES or sparse)

    @property
    def _fails_again_and_again(self) -> bool:
        long = self.sittings >= SHARE_SITTINGS or self.longest_sitting_s >= SHARE_SITTING_S
        return long and self.failing_requests >= SHARE_FAILURES and self.share >= LEAST_SHARE

    @property
    def _has_just_begun(self) -> bool:
        age_s = (self.end - self.first_seen).total_seconds()
        enough = any(self.failing_requests >= failures and self.share >= share for failures, share in FRESH_ENOUGH)
        return age_s <= FRESH_AGE_S and self.span_s >= FRESH_S and enough and not self.has_stopped

    @property
    def _since(self) -> int:
        return self.successes - self.successes_until_last

    @property
    def _any_since(self) -> int:
        return self.any_successes - self.any_until_last

    @property
    def _has_turned_wherever_it_runs(self) -> bool:
        share = self.failing_requests / (self.failing_requests + self.any_until_last)
        # Another service may run the same program: its successes prove nothing until the silence is long as well.
        patient = share >= 0.5 or self.quiet_s > 1.5 * self.longest_silence_s
        return patient and self._has_turned(self.any_until_last, self._any_since, self.most_any_between)

    def _has_turned(self, before: int, since: int, most_between: int) -> bool:
        """Whether so many successes without a failure can hardly be chance at the former rate of failing."""
        if since < FEWEST_SUCCESSES or since <= most_between:
            return False
        share = self.failing_requests / (self.failing_requests + before + 1)
        chance = (1 - share) ** since
        if since > CLEARLY_MORE * most_between:
            return chance <= CHANCE
        return chance <= CHANCE / 5 and self.quiet_s > self.longest_silence_s

    @property
    def _counted_quiet_s(self) -> float:
        """The silence since, without the weekends of those who never failed at one."""
        if self.at_weekends:
            return self.quiet_s
        at, weekend_s = self.last_seen, 0.0
        while at < self.end:
            midnight = datetime(at.year, at.month, at.day) + timedelta(days=1)
            step = (min(midnight, self.end) - at).total_seconds()
            weekend_s += step if at.isoweekday() >= 6 else 0.0
            at = min(midnight, self.end)
        return self.quiet_s - weekend_s
