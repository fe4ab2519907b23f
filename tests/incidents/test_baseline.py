"""Compare the baseline with a recount in plain Python."""

import math

import numpy as np
import pytest

from pixeldesk.incidents.baseline import Baseline, chance_of_at_least
from pixeldesk.incidents.failures import Counts
from pixeldesk.incidents.rules import DAY, LEARNING_DISPERSION, MOST_DISPERSION, PRIOR_COUNT, PRIOR_REQUESTS

AT = 20 * DAY + 600


def made(seed: int = 1, busy_days: tuple[int, ...] = ()) -> tuple[Counts, Counts]:
    rng = np.random.default_rng(seed)
    traffic = rng.poisson(20, 21 * DAY)
    counted = rng.binomial(traffic, 0.01)
    for day in busy_days:
        counted[day * DAY + 590 : day * DAY + 610] = 15
    return traffic, counted


def same_time_of_day(values: Counts, days: list[int]) -> int:
    """Sum the minutes from 20 before minute 600 to 15 after it on some days."""
    return sum(int(values[day * DAY + minute]) for day in days for minute in range(600 - 20, 600 + 15))


def test_the_rate_is_that_of_the_fortnight_before_without_its_noisiest_days() -> None:
    traffic, counted = made()
    days = list(range(6, 20))
    share = sum(same_time_of_day(counted, [day]) for day in days) / same_time_of_day(traffic, days)
    excess = {day: same_time_of_day(counted, [day]) - share * same_time_of_day(traffic, [day]) for day in days}
    calm = sorted(excess, key=excess.__getitem__)[:-2]
    expected = (same_time_of_day(counted, calm) + PRIOR_COUNT) / (same_time_of_day(traffic, calm) + PRIOR_REQUESTS)
    assert Baseline(traffic, counted).usual(np.array([AT])).rate[0] == pytest.approx(expected)


def test_two_incidents_in_a_fortnight_are_not_usual_but_five_are() -> None:
    quiet = Baseline(*made()).usual(np.array([AT])).rate[0]
    assert Baseline(*made(busy_days=(8, 15))).usual(np.array([AT])).rate[0] == pytest.approx(quiet, rel=0.3)
    assert Baseline(*made(busy_days=(8, 10, 12, 14, 16))).usual(np.array([AT])).rate[0] > 5 * quiet


def test_later_minutes_do_not_change_the_baseline() -> None:
    traffic, counted = made()
    usual = Baseline(traffic, counted).usual(np.array([AT]))
    counted[AT:] = 20
    traffic[AT:] = 0
    later = Baseline(traffic, counted).usual(np.array([AT]))
    assert (later.rate[0], later.dispersion[0]) == (usual.rate[0], usual.dispersion[0])


def test_on_the_first_day_the_hours_before_count() -> None:
    traffic, counted = made()
    at = 500
    expected = (counted[: at - 20].sum() + PRIOR_COUNT) / (traffic[: at - 20].sum() + PRIOR_REQUESTS)
    assert Baseline(traffic, counted).usual(np.array([at])).rate[0] == pytest.approx(expected)


def test_without_history_the_rate_is_the_prior() -> None:
    nothing = np.zeros(10, dtype=np.int64)
    assert Baseline(nothing, nothing).usual(np.array([5])).rate[0] == PRIOR_COUNT / PRIOR_REQUESTS


def test_dispersion_is_small_by_chance_and_large_for_bursts() -> None:
    traffic, counted = made()
    chance = Baseline(traffic, counted).usual(np.array([AT])).dispersion[0]
    bursts = np.where(np.arange(len(traffic)) // 5 % 7 == 0, counted * 7, 0)
    uneven = Baseline(traffic, bursts).usual(np.array([AT])).dispersion[0]
    assert chance < 0.2
    assert 1 < uneven <= MOST_DISPERSION


def test_a_few_days_have_the_learning_dispersion() -> None:
    usual = Baseline(*made()).usual(np.array([3 * DAY]))
    assert usual.dispersion[0] >= LEARNING_DISPERSION
    assert list(Baseline(*made()).is_learning(np.array([7 * DAY - 1, 7 * DAY]))) == [True, False]


@pytest.mark.parametrize(("counted", "expected", "dispersion"), [(5, 0.5, 0.3), (12, 8.0, 1.5), (1, 0.01, 4.0)])
def test_the_chance_is_the_tail_of_the_negative_binomial(counted: int, expected: float, dispersion: float) -> None:
    size = 1 / dispersion
    below = sum(
        math.exp(
            math.lgamma(count + size)
            - math.lgamma(size)
            - math.lgamma(count + 1)
            + size * math.log(size / (size + expected))
            + count * math.log(expected / (size + expected))
        )
        for count in range(counted)
    )
    chance = chance_of_at_least(np.array([counted]), np.array([expected]), np.array([dispersion]))[0]
    assert chance == pytest.approx(1 - below, rel=1e-6)
