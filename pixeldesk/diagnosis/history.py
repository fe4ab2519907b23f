"""Decide from a subject's history whether it is a case at all, and whether it has recovered.

A case is a mistake that lasts, not a slip of a few minutes. It has recovered if the failing client, or the same program
at another address, has since succeeded at the same route so often that chance cannot explain it. `thresholds` has the
numbers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pixeldesk.diagnosis.diagnosis import Status
from pixeldesk.diagnosis.thresholds import (
    CHANCE,
    CLEARLY_LONGER,
    CLEARLY_MORE,
    CROWD_FAILURES_PER_ADDRESS,
    DAY_S,
    FEWEST_FAILURES,
    FEWEST_OF_NOBODY,
    FEWEST_SUCCESSES,
    FRESH_AGE_S,
    FRESH_ENOUGH,
    FRESH_S,
    GAVE_UP,
    LEAST_SHARE,
    MISSED_JOB_S,
    MOSTLY_FAILING,
    NOTICED_BY_HAND_S,
    NOTICED_S,
    RUN_FAILURES,
    SAME_HOUR,
    SAME_HOUR_DAYS,
    SHARE_FAILURES,
    SHARE_SITTING_S,
    SHARE_SITTINGS,
    SLIP_S,
    SPARSE_RUN_FAILURES,
    SPARSE_RUN_S,
    STRICT_CHANCE,
)

_BY_HAND = ("curl", "httpie", "postman", "insomnia", "wget", "bruno")
_FOR_TRYING = ("development", "dev", "local", "test")


@dataclass(frozen=True)
class History:
    """A row of histories.sql. Times are UTC without a zone, spans in seconds.

    `successes` are those of the failing client (address and program) at the same route; `any_` counts the same program
    of the same customer at every address. `most_…_between` is the longest row of successes between two failures,
    `…_until_last` the number of successes before the last failure. A sitting is a group of failures that ends with a
    silence of more than SITTING_PAUSE_S. A newcomer is a client of the customer that first succeeded at the same route
    after the last failure; `same_program_successes` counts the successes of newcomers that run the failing program.
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
        """Seconds from the first failure to the last."""
        return (self.last_seen - self.first_seen).total_seconds()

    @property
    def quiet_s(self) -> float:
        """Seconds from the last failure to the end of the logs."""
        return (self.end - self.last_seen).total_seconds()

    @property
    def changes_address(self) -> bool:
        """Whether the failing program changes its address with nearly every request: then do not compare addresses."""
        return CROWD_FAILURES_PER_ADDRESS * self.addresses > self.failing_requests

    @property
    def share(self) -> float:
        """Failures as a share of the failing client's requests until the last failure."""
        successes = self.any_until_last if self.changes_address else self.successes_until_last
        return self.failing_requests / (self.failing_requests + successes)

    @property
    def is_clock_job(self) -> bool:
        """Whether the failures come at the same time of day, on several days."""
        return self.days >= SAME_HOUR_DAYS and self.same_hour >= SAME_HOUR

    @property
    def by_hand(self) -> bool:
        """Whether a person is trying things out: at a keyboard, or in an environment for development."""
        program = (self.user_agent or "").lower()
        return program.startswith(_BY_HAND) or (self.environment or "").lower() in _FOR_TRYING

    @property
    def has_stopped(self) -> bool:
        """Whether the failures have stopped: the client succeeds now, or it is silent for longer than ever before."""
        before, between = self.successes_until_last, self.most_successes_between
        if self._is_recovery(before, self._since, between):
            return True
        if self._is_recovery(before, self.same_program_successes, between):
            return True
        if self.changes_address and self._has_recovered_at_any_address:
            return True
        if self.is_clock_job and self.longest_silence_s < MISSED_JOB_S < self.quiet_s:
            return True
        if self._since or (self.changes_address and self._any_since):
            return False
        replaced = self.newcomer_success is not None and self.quiet_s > CLEARLY_LONGER * self.longest_silence_s
        return replaced or self._counted_quiet_s > max(GAVE_UP * self.longest_silence_s, DAY_S)

    @property
    def status(self) -> Status:
        """Recovered if the failures have stopped and the customer has succeeded at the same route since."""
        moved_on = self.changes_address and self._any_since > 0
        succeeded = self._since > 0 or moved_on or self.newcomer_success is not None
        return "recovered" if self.has_stopped and succeeded else "active"

    @property
    def lasts(self) -> bool:
        """Whether this is a lasting mistake, and so a case."""
        fewest = FEWEST_FAILURES if self.customer_id else FEWEST_OF_NOBODY
        if self.failing_requests < fewest or self.span_s < SLIP_S or self.lost_in_a_crowd:
            return False
        if self.has_stopped and self.span_s < (NOTICED_BY_HAND_S if self.by_hand else NOTICED_S):
            return False
        return self._fails_in_a_row or self._fails_again_and_again or self._has_just_begun or self.is_clock_job

    @property
    def _fails_in_a_row(self) -> bool:
        failures = self.any_run_failures if self.changes_address else self.run_failures
        seconds = self.any_run_seconds if self.changes_address else self.run_seconds
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
    def _has_recovered_at_any_address(self) -> bool:
        share = self.failing_requests / (self.failing_requests + self.any_until_last)
        # Another service may run the same program: its successes prove nothing unless the silence is long as well.
        is_long_enough = share >= MOSTLY_FAILING or self.quiet_s > CLEARLY_LONGER * self.longest_silence_s
        return is_long_enough and self._is_recovery(self.any_until_last, self._any_since, self.most_any_between)

    def _is_recovery(self, before: int, since: int, most_between: int) -> bool:
        """Tell whether `since` successes without a failure are unlikely to be chance at the former failure rate."""
        if since < FEWEST_SUCCESSES or since <= most_between:
            return False
        share = self.failing_requests / (self.failing_requests + before + 1)
        chance = (1 - share) ** since
        if since > CLEARLY_MORE * most_between:
            return chance <= CHANCE
        return chance <= STRICT_CHANCE and self.quiet_s > self.longest_silence_s

    @property
    def _counted_quiet_s(self) -> float:
        """Seconds since the last failure, without weekends if the subject never failed at a weekend."""
        if self.at_weekends:
            return self.quiet_s
        at, weekend_s = self.last_seen, 0.0
        while at < self.end:
            midnight = datetime(at.year, at.month, at.day) + timedelta(days=1)
            step = (min(midnight, self.end) - at).total_seconds()
            weekend_s += step if at.isoweekday() >= 6 else 0.0
            at = min(midnight, self.end)
        return self.quiet_s - weekend_s
