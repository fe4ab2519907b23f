"""When failures are an incident: every threshold, and why it is what it is.

The windows, thresholds and effect sizes are those that found the most and cried wolf the least in a simulation of
three levels of traffic (`make bench` shows it), against fixed rates, the median absolute deviation and others.
"""

from dataclasses import dataclass

HOUR = 60
DAY = 24 * HOUR


@dataclass(frozen=True)
class Window:
    """So many minutes fire together where chance would do so with less than `p_value`, and `lift` times the usual."""

    minutes: int
    p_value: float
    lift: float


# Between two evaluations, and the length of a bucket of history, minutes.
STEP = 5
WINDOWS = (Window(5, 1e-6, 3), Window(15, 1e-5, 3), Window(60, 1e-6, 2))
FEWEST_FAILURES = 5
# An outage hits several callers. That so many begin to fail at once has to be improbable too: one caller who begins to
# fail, and retries, is that caller's trouble.
FEWEST_CALLERS = 2
P_VALUE_OF_CALLERS = 1e-4

# The usual is what happened at this time of day, give or take a quarter of an hour, in the fortnight before.
HISTORY_DAYS = 14
HISTORY_AROUND = 15
LEARNING_DAYS = 7
# One day in so many may have been an incident at that time of day. What comes back more often than that is usual.
DAYS_A_NOISY_ONE = 5
# As if half a failure had been seen in a hundred requests: no history is no proof of perfection.
PRIOR_COUNT, PRIOR_REQUESTS = 0.5, 100
MOST_DISPERSION = 4.0
# Of a few days little can be learned about how uneven failures are.
LEARNING_DISPERSION = 0.25

# A caller fails more than it is used to where the last hour has more than so many times the failures of its worst hour
# of the day before.
MORE_THAN_HABIT = 1.5
HABIT_HOURS = 24
# Whose trouble begins longer before the incident, minutes, is not hit by it.
BEFORE_BEGINNING = 5

# How far before the first firing a beginning is looked for, minutes.
LOOK_BACK = 120
# It is over when half an hour has gone by since its last failures, and so few failures in so many requests are e^10,
# ten thousand times, likelier at the usual rate than at its own. Sooner, one that flickers would end again and again.
QUIET_MINUTES = 30
CLEAR_EVIDENCE = 10.0
# Few failures tell little of a rate: it is taken as low as this chance allows, or a slow incident seems over early.
CHANCE_OF_A_LOWER_RATE = 0.05
LEAST_LIFT = 2
# Told of as grown when so many times the callers and failures are hit as when it was last told of, and not too often.
GROWTH_FACTOR = 2
GROWTH_MINUTES = 30
