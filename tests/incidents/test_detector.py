"""Run the detector on synthetic failures: what is an incident, what is not, and that it never looks ahead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.synthetic_failures import CALLERS, Culprit, Outage, gathered, synthetic_failures, until
from pixeldesk.incidents.course import Turn, course_of
from pixeldesk.incidents.detector import Episode, episodes
from pixeldesk.incidents.failures import Failures
from pixeldesk.incidents.rules import DAY, FEWEST_FAILURES, ONSET_TOLERANCE

NOON = 12 * 60
WEEK = 7 * DAY


def found(failures: Failures) -> list[Episode]:
    return list(episodes(failures))


def test_chance_failures_are_no_incident() -> None:
    quiet = [synthetic_failures(14, traffic, seed=seed) for traffic in (3, 60) for seed in range(4)]
    assert sum(len(found(failures)) for failures in quiet) <= 1


def test_an_outage_is_found_within_minutes_with_start_and_end() -> None:
    start = 9 * DAY + NOON
    (episode,) = found(synthetic_failures(14, 60, outages=[Outage(start, start + 22, 0.5)]))
    assert start < episode.detected <= start + 5
    assert (episode.course.start, episode.course.end) == (start, start + 22)
    assert not episode.is_learning


def test_an_outage_in_the_first_week_is_found_and_marked_as_learning() -> None:
    start = 3 * DAY + NOON
    (episode,) = found(synthetic_failures(5, 6, outages=[Outage(start, start + 22, 0.9)]))
    assert episode.is_learning
    assert abs(episode.course.start - start) <= 1


def test_a_slow_incident_of_few_requests_is_one_incident() -> None:
    start = 10 * DAY + NOON
    (episode,) = found(synthetic_failures(14, 6, usual_share=0, outages=[Outage(start, start + 300, 0.025)], seed=3))
    assert episode.course.start - start < 60
    assert abs(episode.course.end - start - 300) < 60


def test_a_single_failing_caller_is_no_incident() -> None:
    start = 10 * DAY + NOON
    assert found(synthetic_failures(14, 60, culprits=[Culprit(CALLERS, start, start + 120, 5)])) == []


def test_callers_that_always_fail_neither_hide_an_outage_nor_belong_to_it() -> None:
    start = 10 * DAY + NOON
    always = [Culprit(CALLERS + which, 8 * DAY, 14 * DAY, 0.2) for which in range(3)]
    (episode,) = found(synthetic_failures(14, 60, outages=[Outage(start, start + 22, 0.3)], culprits=always))
    assert episode.course.start == start
    assert set(episode.failing_before) >= {CALLERS, CALLERS + 1, CALLERS + 2}


def test_two_incidents_in_a_day_hit_the_same_callers() -> None:
    first, second = 10 * DAY + NOON, 10 * DAY + NOON + 300
    outages = [Outage(first, first + 20, 0.5), Outage(second, second + 20, 0.5)]
    assert [episode.course.start for episode in found(synthetic_failures(14, 60, outages=outages))] == [first, second]


@pytest.mark.parametrize(("over", "begins"), [(0, 0), (7, 7)])
def test_an_incident_begins_after_the_one_before_it(over: int, begins: int) -> None:
    start = 10 * DAY + NOON
    failures = synthetic_failures(14, 60, outages=[Outage(start, start + 22, 0.5)])
    course = course_of(failures, start + over, start + 15, 15, 0.002, 0.001)
    assert course is not None
    assert course.start == start + begins


def test_two_incidents_at_a_time_of_day_do_not_hide_the_third() -> None:
    starts = [day * DAY + NOON for day in (8, 9, 10)]
    outages = [Outage(start, start + 20, 0.1) for start in starts]
    detected = [episode.detected for episode in found(synthetic_failures(14, 60, outages=outages))]
    assert [at - start <= 15 for at, start in zip(detected, starts, strict=True)] == [True, True, True]


def test_too_few_failures_are_no_incident() -> None:
    traffic = np.full(8 * DAY, 5)
    few = np.full(FEWEST_FAILURES - 1, WEEK + NOON)
    assert found(gathered(traffic, few, np.arange(len(few)))) == []
    enough = np.full(FEWEST_FAILURES, WEEK + NOON)
    assert len(found(gathered(traffic, enough, np.arange(len(enough))))) == 1


def test_failures_that_always_come_in_bursts_are_usual() -> None:
    rng = np.random.default_rng(2)
    bursts = np.sort(rng.choice(np.arange(0, 14 * DAY, 5), 1200, replace=False))
    minute = np.repeat(bursts, 6)
    bursty = gathered(np.full(14 * DAY, 60), minute, rng.integers(0, 5000, len(minute)))
    assert [episode.detected for episode in found(bursty) if episode.detected > 3 * DAY] == []


def test_an_open_incident_has_no_end() -> None:
    start = 14 * DAY - 60
    (episode,) = found(synthetic_failures(14, 60, outages=[Outage(start, 14 * DAY, 0.5)]))
    assert episode.course.decided is None
    assert episode.course.end == 14 * DAY
    assert [turn.kind for turn in episode.course.turns][-1] != "ended"


def test_an_incident_opens_grows_and_ends() -> None:
    start = 10 * DAY + NOON
    outages = [Outage(start, start + 40, 0.05), Outage(start + 40, start + 120, 0.6)]
    failures = synthetic_failures(14, 20, outages=outages)
    (episode,) = found(failures)
    kinds = [turn.kind for turn in episode.course.turns]
    assert kinds[0] == "opened"
    assert "grew" in kinds
    assert kinds[-1] == "ended"
    assert sorted(turn.at for turn in episode.course.turns) == [turn.at for turn in episode.course.turns]
    course = episode.course
    own = failures.of_new_failers(course.start - ONSET_TOLERANCE) & (failures.minute >= course.start)
    assert course.turns[-1].requests == failures.requests[own & (failures.minute < course.end)].sum()


def test_no_failures_are_no_incident() -> None:
    nothing = np.array([], dtype=np.int64)
    assert found(gathered(np.zeros(10, dtype=np.int64), nothing, nothing)) == []
    assert found(gathered(nothing, nothing, nothing)) == []


def turns_by(failures: Failures, minute: int) -> list[Turn]:
    return [turn for episode in episodes(failures) for turn in episode.course.turns if turn.at <= minute]


BUSY = synthetic_failures(
    10,
    30,
    outages=[Outage(4 * DAY + 700, 4 * DAY + 720, 0.4), Outage(8 * DAY + 500, 8 * DAY + 640, 0.1)],
    culprits=[Culprit(CALLERS, 6 * DAY, 7 * DAY, 1.0)],
)


@pytest.mark.parametrize("minute", [4 * DAY + 705, 4 * DAY + 725, 8 * DAY + 520, 8 * DAY + 660, 8 * DAY + 700])
def test_the_turns_until_a_minute_follow_from_the_logs_until_then(minute: int) -> None:
    assert turns_by(until(BUSY, minute), minute) == turns_by(BUSY, minute)


@settings(max_examples=12, deadline=None)
@given(st.integers(min_value=4 * DAY + 690, max_value=10 * DAY))
def test_it_never_looks_ahead(minute: int) -> None:
    assert turns_by(until(BUSY, minute), minute) == turns_by(BUSY, minute)
