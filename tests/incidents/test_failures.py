"""Who fails more than it is used to, against the same counted in plain Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.made_failures import gathered
from pixeldesk.incidents.failures import Failures
from pixeldesk.incidents.rules import HABIT_HOURS, HOUR, MORE_THAN_HABIT

MINUTES = 30 * HOUR
ROWS = st.lists(st.tuples(st.integers(0, MINUTES - 1), st.integers(0, 3)), max_size=60)


def failures_of(rows: list[tuple[int, int]]) -> Failures:
    minute, caller = (np.array([row[which] for row in rows], dtype=np.int64) for which in (0, 1))
    return gathered(np.ones(MINUTES, dtype=np.int64), minute, caller)


def is_fresh(rows: list[tuple[int, int]], minute: int, caller: int) -> bool:
    def within_hour_until(last: int) -> int:
        return sum(one == caller and last - HOUR < at <= last for at, one in rows)

    before = [within_hour_until(minute - HOUR * hour) for hour in range(1, HABIT_HOURS + 1)]
    return within_hour_until(minute) > MORE_THAN_HABIT * max(before)


@given(ROWS)
def test_fresh_is_who_fails_more_than_in_the_worst_hour_of_the_day_before(rows: list[tuple[int, int]]) -> None:
    made = failures_of(rows)
    expected = [is_fresh(rows, at, caller) for at, caller in zip(made.minute, made.caller, strict=True)]
    assert made.is_fresh.tolist() == expected


@given(ROWS)
def test_a_caller_begins_where_it_was_not_fresh_for_an_hour(rows: list[tuple[int, int]]) -> None:
    made = failures_of(rows)
    fresh = {(at, caller) for at, caller, is_it in zip(made.minute, made.caller, made.is_fresh, strict=True) if is_it}
    begins = {
        (at, caller) for at, caller in fresh if not any((at - ago, caller) in fresh for ago in range(1, HOUR + 1))
    }
    found = {(at, caller) for at, caller, is_it in zip(made.minute, made.caller, made.begins, strict=True) if is_it}
    assert found == begins


@given(ROWS, st.integers(0, MINUTES))
def test_rows_of_those_who_begin_are_theirs_from_the_beginning_on(rows: list[tuple[int, int]], start: int) -> None:
    made = failures_of(rows)
    places = list(zip(made.minute, made.caller, made.begins, strict=True))
    expected = [
        any(begins and other == caller and start <= when <= at for when, other, begins in places)
        for at, caller, _ in places
    ]
    assert made.of_those_who_begin(start).tolist() == expected


def test_without_an_incident_its_callers_begin_anew() -> None:
    made = failures_of([(100, 1), (400, 1)])
    assert made.is_fresh.tolist() == [True, False]
    later = made.without(90, 110, slice(0, 2), made.minute < 110)
    assert later.is_fresh.tolist() == [True]
    assert later.traffic[90:110].sum() == 0
    assert later.traffic.sum() == MINUTES - 20
