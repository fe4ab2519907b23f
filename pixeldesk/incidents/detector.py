"""Finds incidents in the failures with one code: what was decided at a minute came from what was there until then."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pixeldesk.incidents.baseline import Baseline, chance_of_at_least
from pixeldesk.incidents.course import Course, course_of
from pixeldesk.incidents.failures import Counts, Failures
from pixeldesk.incidents.rules import (
    DAY,
    FEWEST_CALLERS,
    FEWEST_FAILURES,
    HABIT_HOURS,
    HOUR,
    LOOK_BACK,
    P_VALUE_OF_CALLERS,
    STEP,
    WINDOWS,
    Window,
)

# So many minutes are looked at together: what comes after an incident is looked at anew.
_MINUTES_AT_ONCE = 2 * DAY
# What a caller is used to, how far back a beginning is looked for, and the longest window.
_REMEMBERED = (HABIT_HOURS + 2) * HOUR + LOOK_BACK + max(window.minutes for window in WINDOWS)


@dataclass(frozen=True)
class Episode:
    """One incident in minutes: when a window fired, what was usual then, and the course it took."""

    detected: int
    usual_rate: float
    is_learning: bool
    course: Course
    requests: int
    # Failures in its busiest minute.
    peak: int
    failing_before: Counts


@dataclass(frozen=True)
class _History:
    """What was usual: of callers that begin to fail, of failures in their first hour, and of all failures."""

    beginners: Baseline
    fresh: Baseline
    all: Baseline

    @classmethod
    def of(cls, failures: Failures) -> "_History":
        counted = (failures.beginners_per_minute, failures.fresh_per_minute, failures.all_per_minute)
        return cls(*(Baseline(failures.traffic, one) for one in counted))


def episodes(failures: Failures) -> Iterator[Episode]:
    """All there are, in time order."""
    history = _History.of(failures)
    over, looked_until, past = 0, 0, len(failures.traffic)
    length = _MINUTES_AT_ONCE
    while looked_until < past:
        until = min(looked_until + length, past)
        rows = failures.within(looked_until - _REMEMBERED, until)
        part = failures.only(rows, until)
        firing = _firing(part, history, looked_until, until)
        found = (_episode(part, history, over, at, window) for at, window in firing)
        episode = next((one for one in found if one is not None), None)
        if episode is not None and episode.course.decided is None and until < past:
            # It goes on beyond what was looked at.
            length *= 2
            continue
        length, looked_until = _MINUTES_AT_ONCE, until
        if episode is None:
            continue
        yield episode
        course = episode.course
        failures = failures.without(course.start, course.end, rows, course.own)
        over, looked_until = course.end, past if course.decided is None else course.decided


def _episode(failures: Failures, history: _History, earliest: int, at: int, window: Window) -> Episode | None:
    """The incident that made a window fire, if it was one."""
    minute = np.array([at])
    usual_rate = float(history.all.usual(minute).rate[0])
    fresh_rate = float(history.fresh.usual(minute).rate[0])
    course = course_of(failures, earliest, at, window.minutes, usual_rate, fresh_rate)
    if course is None:
        return None
    meanwhile = failures.within(course.start, course.end)
    per_minute = failures.per_minute(course.own)
    return Episode(
        detected=at,
        usual_rate=usual_rate,
        is_learning=bool(history.all.is_learning(minute)[0]),
        course=course,
        requests=int(per_minute.sum()),
        peak=int(per_minute.max()),
        failing_before=np.unique(failures.caller[meanwhile][~course.own[meanwhile]]),
    )


def _firing(failures: Failures, history: _History, after: int, until: int) -> list[tuple[int, Window]]:
    """The steps at which a window fires, each with the shortest that does: more failures and more beginners than usual.

    Steps after a minute and not after another, in their order.
    """
    fresh = Baseline(failures.traffic, failures.fresh_per_minute)
    beginners = Baseline(failures.traffic, failures.beginners_per_minute)
    firing: dict[int, Window] = {}
    for window in reversed(WINDOWS):
        steps = np.arange(after // STEP * STEP + STEP, until + 1, STEP)
        steps = _improbable(fresh, history.fresh, steps, window, FEWEST_FAILURES, window.p_value)
        steps = _improbable(beginners, history.beginners, steps, window, FEWEST_CALLERS, P_VALUE_OF_CALLERS)
        firing |= dict.fromkeys(steps.tolist(), window)
    return sorted(firing.items(), key=lambda one: one[0])


def _improbable(
    recent: Baseline, usually: Baseline, steps: Counts, window: Window, fewest: int, p_value: float
) -> Counts:
    """Those of the steps before which a window holds improbably many. What costs little is asked first."""
    requests, counted = recent.sums(steps - window.minutes, steps)
    enough = counted >= fewest
    steps, counted, requests = steps[enough], counted[enough], requests[enough]
    usual = usually.usual(steps)
    expected = requests * usual.rate
    dispersion = usual.dispersion / (window.minutes / STEP) ** 0.5
    improbable = chance_of_at_least(counted, expected, dispersion) < p_value
    return steps[improbable & (counted >= window.lift * expected)]
