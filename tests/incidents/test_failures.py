"""Compare fresh failures, and callers that begin to fail, with a recount in plain Python."""

import numpy as np
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bench.synthetic_failures import gathered
from pixeldesk.incidents.failures import Failures
from pixeldesk.incidents.rules import HABIT_FACTOR, HABIT_HOURS, HOUR

MINUTES = 30 * HOUR
ROWS = st.lists(st.tuples(st.integers(0, MINUTES - 1), st.integers(0, 3)), max_size=60)


def failures_of(rows: list[tuple[int, int]]) -> Failures:
    minute, caller = (np.array([row[which] for row in rows], dtype=np.int64) for which in (0, 1))
    return gathered(np.ones(MINUTES, dtype=np.int64), minute, caller)


def is_fresh(rows: list[tuple[int, int]], minute: int, caller: int) -> bool:
    def within_hour_until(last: int) -> int:
        return sum(other == caller and last - HOUR < at <= last for at, other in rows)

    before = [within_hour_until(minute - HOUR * hour) for hour in range(1, HABIT_HOURS + 1)]
    return within_hour_until(minute) > HABIT_FACTOR * max(before)


@hypothesis_settings(deadline=None)
@given(ROWS)
def test_fresh_callers_fail_more_than_in_the_worst_hour_of_the_day_before(rows: list[tuple[int, int]]) -> None:
    failures = failures_of(rows)
    expected = [is_fresh(rows, at, caller) for at, caller in zip(failures.minute, failures.caller, strict=True)]
    assert failures.is_fresh.tolist() == expected


@hypothesis_settings(deadline=None)
@given(ROWS)
def test_a_caller_begins_when_it_was_not_fresh_for_an_hour(rows: list[tuple[int, int]]) -> None:
    failures = failures_of(rows)
    keys = list(zip(failures.minute, failures.caller, strict=True))
    fresh = {key for key, is_fresh in zip(keys, failures.is_fresh, strict=True) if is_fresh}
    expected = {
        (at, caller) for at, caller in fresh if not any((at - ago, caller) in fresh for ago in range(1, HOUR + 1))
    }
    assert {key for key, begins in zip(keys, failures.begins, strict=True) if begins} == expected


@hypothesis_settings(deadline=None)
@given(ROWS, st.integers(0, MINUTES))
def test_new_failers_are_selected_from_their_first_failure_on(rows: list[tuple[int, int]], start: int) -> None:
    failures = failures_of(rows)
    marked = list(zip(failures.minute, failures.caller, failures.begins, strict=True))
    expected = [
        any(begins and other == caller and start <= when <= at for when, other, begins in marked)
        for at, caller, _ in marked
    ]
    assert failures.of_new_failers(start).tolist() == expected


def test_without_an_incident_its_callers_begin_anew() -> None:
    failures = failures_of([(100, 1), (400, 1)])
    assert failures.is_fresh.tolist() == [True, False]
    later = failures.without(90, 110, slice(0, 2), failures.minute < 110)
    assert later.is_fresh.tolist() == [True]
    assert later.traffic[90:110].sum() == 0
    assert later.traffic.sum() == MINUTES - 20
