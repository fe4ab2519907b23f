"""Find incidents in the failures with one code. A decision at a minute uses only data from before it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pixeldesk.incidents.baseline import Baseline, chance_of_at_least
from pixeldesk.incidents.course import Course, course_of
from pixeldesk.incidents.failures import Counts, Failures
from pixeldesk.incidents.rules import (
    CALLERS_P_VALUE,
    DAY,
    FEWEST_CALLERS,
    FEWEST_FAILURES,
    HABIT_HOURS,
    HOUR,
    LOOK_BACK,
    STEP,
    WINDOWS,
    Window,
)

# Scan this many minutes per pass; after an incident, rescan from its end.
_MINUTES_PER_PASS = 2 * DAY
# Minutes of history that a pass needs: a caller's habit, the search for a start, and the longest window.
_CONTEXT = (HABIT_HOURS + 2) * HOUR + LOOK_BACK + max(window.minutes for window in WINDOWS)


@dataclass(frozen=True)
class Episode:
    """An incident before it has times and names: when a window fired, what was usual then, and its course.

    Minutes are indices into the arrays of Failures, and `failing_before` are its caller numbers: whoever has the series
    they were taken from makes the Incident (find.py). What both hold is computed here alone, or read there alone.
    """

    detected: int
    usual_rate: float
    is_learning: bool
    course: Course
    # Failures in its busiest minute.
    peak: int
    failing_before: Counts


@dataclass(frozen=True)
class _History:
    """Baselines of callers that begin to fail, of failures in the hour after a caller began, and of all failures."""

    beginners: Baseline
    fresh: Baseline
    all: Baseline

    @classmethod
    def of(cls, failures: Failures) -> "_History":
        counted = (failures.beginners_per_minute, failures.fresh_per_minute, failures.all_per_minute)
        return cls(*(Baseline(failures.traffic, counts) for counts in counted))


def episodes(failures: Failures) -> Iterator[Episode]:
    """Yield all incidents in time order."""
    history = _History.of(failures)
    over, scanned_until, past = 0, 0, len(failures.traffic)
    length = _MINUTES_PER_PASS
    while scanned_until < past:
        until = min(scanned_until + length, past)
        rows = failures.within(scanned_until - _CONTEXT, until)
        part = failures.only(rows, until)
        firing = _firing(part, history, scanned_until, until)
        found = (_episode(part, history, over, at, window) for at, window in firing)
        episode = next((candidate for candidate in found if candidate is not None), None)
        if episode is not None and episode.course.decided is None and until < past:
            # It is still open at the end of this pass: scan a longer one.
            length *= 2
            continue
        length, scanned_until = _MINUTES_PER_PASS, until
        if episode is None:
            continue
        yield episode
        course = episode.course
        failures = failures.without(course.start, course.end, rows, course.own)
        over, scanned_until = course.end, past if course.decided is None else course.decided


def _episode(failures: Failures, history: _History, earliest: int, at: int, window: Window) -> Episode | None:
    """Return the incident that made a window fire, or None if there was none."""
    minute = np.array([at])
    usual_rate = float(history.all.usual(minute).rate[0])
    fresh_rate = float(history.fresh.usual(minute).rate[0])
    course = course_of(failures, earliest, at, window.minutes, usual_rate, fresh_rate)
    if course is None:
        return None
    meanwhile = failures.within(course.start, course.end)
    return Episode(
        detected=at,
        usual_rate=usual_rate,
        is_learning=bool(history.all.is_learning(minute)[0]),
        course=course,
        peak=int(failures.per_minute(course.own).max()),
        failing_before=np.unique(failures.caller[meanwhile][~course.own[meanwhile]]),
    )


def _firing(failures: Failures, history: _History, after: int, until: int) -> list[tuple[int, Window]]:
    """Return, in order, the steps after `after` and up to `until` at which a window fires, with the shortest that does.

    A window fires if it has improbably many failures and improbably many callers that begin to fail.
    """
    fresh = Baseline(failures.traffic, failures.fresh_per_minute)
    beginners = Baseline(failures.traffic, failures.beginners_per_minute)
    firing: dict[int, Window] = {}
    for window in reversed(WINDOWS):
        steps = np.arange(after // STEP * STEP + STEP, until + 1, STEP)
        steps = _improbable(fresh, history.fresh, steps, window, FEWEST_FAILURES, window.p_value)
        steps = _improbable(beginners, history.beginners, steps, window, FEWEST_CALLERS, CALLERS_P_VALUE)
        firing |= dict.fromkeys(steps.tolist(), window)
    return sorted(firing.items(), key=lambda item: item[0])


def _improbable(
    recent: Baseline, usually: Baseline, steps: Counts, window: Window, fewest: int, p_value: float
) -> Counts:
    """Return the steps at whose end a window holds improbably many. Cheap conditions are checked first."""
    requests, counted = recent.sums(steps - window.minutes, steps)
    enough = counted >= fewest
    steps, counted, requests = steps[enough], counted[enough], requests[enough]
    usual = usually.usual(steps)
    expected = requests * usual.rate
    dispersion = usual.dispersion / (window.minutes / STEP) ** 0.5
    improbable = chance_of_at_least(counted, expected, dispersion) < p_value
    return steps[improbable & (counted >= window.lift * expected)]
