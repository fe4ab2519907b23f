"""The detector over made failures: what is an incident, what is none, and that it never looks ahead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.made_failures import CALLERS, Culprit, Outage, gathered, made_failures, until
from pixeldesk.incidents.course import Turn, course_of
from pixeldesk.incidents.detector import Episode, episodes
from pixeldesk.incidents.failures import Failures
from pixeldesk.incidents.rules import DAY, FEWEST_FAILURES

NOON = 12 * 60
WEEK = 7 * DAY


def found(failures: Failures) -> list[Episode]:
    return list(episodes(failures))


def test_nothing_is_an_incident_where_failures_come_by_chance() -> None:
    quiet = [made_failures(14, traffic, seed=seed) for traffic in (3, 60) for seed in range(4)]
    assert sum(len(found(one)) for one in quiet) <= 1


def test_an_outage_is_found_within_minutes_with_both_its_ends() -> None:
    start = 9 * DAY + NOON
    (one,) = found(made_failures(14, 60, outages=[Outage(start, start + 22, 0.5)]))
    assert start < one.detected <= start + 5
    assert (one.course.start, one.course.end) == (start, start + 22)
    assert not one.is_learning


def test_an_outage_in_the_first_week_is_found_and_marked_as_judged_by_little() -> None:
    start = 3 * DAY + NOON
    (one,) = found(made_failures(5, 6, outages=[Outage(start, start + 22, 0.9)]))
    assert one.is_learning
    assert abs(one.course.start - start) <= 1


def test_a_slow_incident_of_few_requests_is_one_incident() -> None:
    start = 10 * DAY + NOON
    (one,) = found(made_failures(14, 6, usual_share=0, outages=[Outage(start, start + 300, 0.025)], seed=3))
    assert one.course.start - start < 60
    assert abs(one.course.end - start - 300) < 60


def test_one_caller_who_fails_however_often_is_no_incident() -> None:
    start = 10 * DAY + NOON
    assert found(made_failures(14, 60, culprits=[Culprit(CALLERS, start, start + 120, 5)])) == []


def test_callers_who_fail_already_do_not_hide_an_outage_nor_belong_to_it() -> None:
    start = 10 * DAY + NOON
    always = [Culprit(CALLERS + which, 8 * DAY, 14 * DAY, 0.2) for which in range(3)]
    (one,) = found(made_failures(14, 60, outages=[Outage(start, start + 22, 0.3)], culprits=always))
    assert one.course.start == start
    assert set(one.failing_before) >= {CALLERS, CALLERS + 1, CALLERS + 2}


def test_the_same_callers_are_hit_twice_a_day_by_two_incidents() -> None:
    first, second = 10 * DAY + NOON, 10 * DAY + NOON + 300
    outages = [Outage(first, first + 20, 0.5), Outage(second, second + 20, 0.5)]
    assert [one.course.start for one in found(made_failures(14, 60, outages=outages))] == [first, second]


@pytest.mark.parametrize(("over", "begins"), [(0, 0), (7, 7)])
def test_an_incident_begins_after_the_one_before_it(over: int, begins: int) -> None:
    start = 10 * DAY + NOON
    failures = made_failures(14, 60, outages=[Outage(start, start + 22, 0.5)])
    course = course_of(failures, start + over, start + 15, 15, 0.002, 0.001)
    assert course is not None
    assert course.start == start + begins


def test_two_incidents_at_a_time_of_day_do_not_hide_the_third() -> None:
    starts = [day * DAY + NOON for day in (8, 9, 10)]
    outages = [Outage(start, start + 20, 0.1) for start in starts]
    detected = [one.detected for one in found(made_failures(14, 60, outages=outages))]
    assert [at - start <= 15 for at, start in zip(detected, starts, strict=True)] == [True, True, True]


def test_too_few_failures_are_no_incident() -> None:
    traffic = np.full(8 * DAY, 5)
    few = np.full(FEWEST_FAILURES - 1, WEEK + NOON)
    assert found(gathered(traffic, few, np.arange(len(few)))) == []
    enough = np.full(FEWEST_FAILURES, WEEK + NOON)
    assert len(found(gathered(traffic, enough, np.arange(len(enough))))) == 1


def test_failures_that_are_always_uneven_are_usual() -> None:
    rng = np.random.default_rng(2)
    bursts = np.sort(rng.choice(np.arange(0, 14 * DAY, 5), 1200, replace=False))
    minute = np.repeat(bursts, 6)
    bursty = gathered(np.full(14 * DAY, 60), minute, rng.integers(0, 5000, len(minute)))
    assert [one.detected for one in found(bursty) if one.detected > 3 * DAY] == []


def test_an_incident_that_goes_on_has_no_end() -> None:
    start = 14 * DAY - 60
    (one,) = found(made_failures(14, 60, outages=[Outage(start, 14 * DAY, 0.5)]))
    assert one.course.decided is None
    assert one.course.end == 14 * DAY
    assert [turn.kind for turn in one.course.turns][-1] != "ended"


def test_it_is_told_of_as_opened_grown_and_ended() -> None:
    start = 10 * DAY + NOON
    outages = [Outage(start, start + 40, 0.05), Outage(start + 40, start + 120, 0.6)]
    (one,) = found(made_failures(14, 20, outages=outages))
    kinds = [turn.kind for turn in one.course.turns]
    assert kinds[0] == "opened"
    assert "grew" in kinds
    assert kinds[-1] == "ended"
    assert sorted(turn.at for turn in one.course.turns) == [turn.at for turn in one.course.turns]
    assert one.course.turns[-1].requests == one.requests


def test_nothing_at_all_is_no_incident() -> None:
    nothing = np.array([], dtype=np.int64)
    assert found(gathered(np.zeros(10, dtype=np.int64), nothing, nothing)) == []
    assert found(gathered(nothing, nothing, nothing)) == []


def turns_by(failures: Failures, minute: int) -> list[Turn]:
    return [turn for one in episodes(failures) for turn in one.course.turns if turn.at <= minute]


BUSY = made_failures(
    10,
    30,
    outages=[Outage(4 * DAY + 700, 4 * DAY + 720, 0.4), Outage(8 * DAY + 500, 8 * DAY + 640, 0.1)],
    culprits=[Culprit(CALLERS, 6 * DAY, 7 * DAY, 1.0)],
)


@pytest.mark.parametrize("minute", [4 * DAY + 705, 4 * DAY + 725, 8 * DAY + 520, 8 * DAY + 660, 8 * DAY + 700])
def test_what_was_told_at_a_time_is_what_the_logs_until_then_tell(minute: int) -> None:
    assert turns_by(until(BUSY, minute), minute) == turns_by(BUSY, minute)


@settings(max_examples=12, deadline=None)
@given(st.integers(min_value=4 * DAY + 690, max_value=10 * DAY))
def test_it_never_looks_ahead(minute: int) -> None:
    assert turns_by(until(BUSY, minute), minute) == turns_by(BUSY, minute)
