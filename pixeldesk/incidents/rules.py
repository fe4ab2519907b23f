"""Define when failures are an incident: every threshold, and the reason for its value.

Windows, thresholds and effect sizes are those with the most true and the fewest false alarms in a simulation of three
levels of traffic (`make bench` shows it), compared with fixed rates, the median absolute deviation and others.
"""

from dataclasses import dataclass

HOUR = 60
DAY = 24 * HOUR


@dataclass(frozen=True)
class Window:
    """A window fires if its failures have a probability below `p_value` and are at least `lift` times the usual."""

    minutes: int
    p_value: float
    lift: float


# Minutes between two evaluations, and the width of a history bucket.
STEP = 5
WINDOWS = (Window(5, 1e-6, 3), Window(15, 1e-5, 3), Window(60, 1e-6, 2))
FEWEST_FAILURES = 5
# An outage hits several callers, so the number of callers that begin to fail must be improbable too. A single caller
# that begins to fail, and retries, has a problem of its own.
FEWEST_CALLERS = 2
CALLERS_P_VALUE = 1e-4

# The baseline is the same time of day, plus or minus HISTORY_AROUND minutes, in the fortnight before.
HISTORY_DAYS = 14
HISTORY_AROUND = 15
LEARNING_DAYS = 7
# One in this many days may have had an incident at that time of day. What recurs more often is usual.
DAYS_PER_NOISY_DAY = 5
# A prior of half a failure in a hundred requests: a lack of history does not prove a rate of zero.
PRIOR_COUNT, PRIOR_REQUESTS = 0.5, 100
MOST_DISPERSION = 4.0
# The least dispersion assumed while learning: a few days say little about how uneven failures are.
LEARNING_DISPERSION = 0.25

# A caller fails more than its habit if it failed more than HABIT_FACTOR times as often in the last hour as in its worst
# hour of the HABIT_HOURS before.
HABIT_FACTOR = 1.5
HABIT_HOURS = 24
# A caller that begins to fail more than this many minutes before an incident is not counted as hit by it.
ONSET_TOLERANCE = 5

# Minutes before the first firing window in which the start is searched.
LOOK_BACK = 120
# An incident ends QUIET_MINUTES after its last failures, once the log-likelihood ratio in favour of the usual rate
# reaches CLEAR_EVIDENCE: the usual rate is then e^10 (about 22,000) times likelier. With less, a flickering incident
# would end again and again.
QUIET_MINUTES = 30
CLEAR_EVIDENCE = 10.0
# Few failures say little about a rate. The incident's rate is taken as low as this probability allows, since otherwise
# a slow incident seems to end early.
CHANCE_OF_A_LOWER_RATE = 0.05
LEAST_LIFT = 2
# Send a "grew" alert when callers and failures have both reached this many times their numbers at the last alert, at
# most every GROWTH_MINUTES.
GROWTH_FACTOR = 2
GROWTH_MINUTES = 30
