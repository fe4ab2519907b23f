"""Name every number that a diagnosis depends on, with its unit and its reason.

The steps in `tables/*.sql` take them as parameters of the same names in small letters. The numbers of one case are in
the case's file, under `[thresholds]`.
"""

from collections.abc import Mapping

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0

# --- whether failures are a case ----------------------------------------------------------------------------

FEWEST_FAILURES = 4
"""A case has at least this many failures."""
FEWEST_OF_NOBODY = 20
"""The same, if the customer is unknown."""
SLIP_S = 15 * MINUTE_S
"""Failures that all lie within this span are a slip, however many. A run shorter than that does not count either."""
NOTICED_S = 45 * MINUTE_S
"""Failures that have stopped after at most this span were noticed and fixed at once: a slip."""
NOTICED_BY_HAND_S = 3 * HOUR_S
"""The same for a person at a keyboard, or in an environment for trying things out."""
SITTING_PAUSE_S = 20 * MINUTE_S
"""A sitting, a group of failures, ends with a longer silence than this."""
RUN_FAILURES = 5
"""A run is a case with this many failures in a row, over more than SLIP_S, without a success of the same client."""
SPARSE_RUN_FAILURES, SPARSE_RUN_S = 4, 12 * HOUR_S
"""Or with this many failures over this span: a job that fails once or twice a night."""
FEWEST_OF_A_LONG_RUN = 3
"""The length in time of a run counts only from this many failures on: two may lie any time apart."""
SHARE_FAILURES, SHARE_SITTINGS, SHARE_SITTING_S = 6, 3, HOUR_S
"""With successes in between, a case has this many failures, in this many sittings or in one sitting this long."""
LEAST_SHARE = 0.02
"""And failures are at least this share of the client's requests meanwhile; a smaller share is noise."""
FRESH_AGE_S, FRESH_S = DAY_S, 20 * MINUTE_S
"""Failures that began at most FRESH_AGE_S before the end of the logs, have lasted for FRESH_S and go on, are a case…"""
FRESH_ENOUGH = ((10, 0.05), (6, 0.5))
"""…with at least this many failures that are at least this share of the requests (either pair)."""
SAME_HOUR, SAME_HOUR_DAYS = 0.98, 3
"""A scheduled job fails at the same time of day: the mean vector of its times of day is at least this long (1: all
equal, 0.98: within some 45 minutes), on at least this many days. See Fisher, Statistical Analysis of Circular Data,
1993."""
CROWD_FAILURES_PER_ADDRESS = 2
"""A program with fewer failures per address than this changes its address with nearly every request: then addresses
are not compared."""

# --- whether a case is over ---------------------------------------------------------------------------------

CHANCE = 0.05
"""A recovery is accepted if the failures could be absent by chance, at the former failure rate, at most this often."""
CLEARLY_MORE = 1.5
"""A recovery needs more successes than this times the longest row of successes between two failures. With fewer, the
chance must be below STRICT_CHANCE and the silence longer than ever before: another program at the same address may
succeed while the failing program rests."""
STRICT_CHANCE = CHANCE / 5
FEWEST_SUCCESSES = 2
"""A recovery needs this many successes: a single one may be chance, or a newly minted token."""
CLEARLY_LONGER = 1.5
"""A silence of more than this times the longest one before is long enough where other signs support it: a newcomer that
succeeds, or successes of the same program at other addresses."""
MOSTLY_FAILING = 0.5
"""A program that fails at least with this share of its requests is one: another service that runs the same program
would succeed more often."""
GAVE_UP = 3
"""Without a success since, failures have stopped after a silence of this times the longest one before, and a day."""
MISSED_JOB_S = DAY_S + HOUR_S
"""A daily job that has not failed for this long has missed its time: it has stopped failing."""

# --- who sent a request -------------------------------------------------------------------------------------

SHORTEST_PREFIX, LONGEST_PREFIX = 10, 12
"""How many characters of a key a log may show, and how many tell keys apart. A pasted hash is told by its longest."""

# --- how a program retries ----------------------------------------------------------------------------------

RETRIED_GET_S, RETRIED_OTHER_S = 60, 5
"""A request is a retry if it follows a failure within this span: a GET's path identifies the operation, that of other
methods does not."""
RETRIED_AFTER_WAIT = 1.5
"""Or within this times the Retry-After of the failure, if that is longer."""
TOO_EARLY = 0.8
"""A retry before this share of the Retry-After has passed came too early; the rest is for clocks that differ."""
BACKED_OFF = 1.3
"""A retry backed off if it waited longer than this times the wait before."""
FEWEST_RETRIES = 5
"""Do not assess backoff and jitter by fewer retries than this."""
LEAST_BACKED_OFF = 0.25
"""Backoff is missing if a smaller share of second and later retries backed off."""
LEAST_SPREAD = 0.05
"""Jitter is missing if the standard deviation of the waits is a smaller share of their mean."""

SQL_PARAMETERS: Mapping[str, float] = {
    name.lower(): value for name, value in tuple(vars().items()) if name.isupper() and isinstance(value, int | float)
}
"""The numbers above by their names in small letters, as SQL takes them."""
