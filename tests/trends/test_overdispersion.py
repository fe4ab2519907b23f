"""Errors that come in bursts: what the plain test takes for a change, and what is a change."""

import random

import pytest

from pixeldesk.trends.overdispersion import bursty_difference_p, total
from pixeldesk.trends.proportions import Proportion, difference_p


def days(*errors: int, requests: int = 10_000) -> list[Proportion]:
    return [Proportion(count, requests) for count in errors]


def test_the_total_of_days() -> None:
    assert total(days(1, 2, 3, requests=10)) == Proportion(6, 30)
    assert total([]) == Proportion(0, 0)


def test_one_bad_day_is_no_change_of_the_week() -> None:
    now, then = days(20, 18, 500, 22, 19, 21, 20), days(21, 19, 20, 18, 22, 20, 20)
    assert difference_p(total(now), total(then)) < 1e-20
    assert bursty_difference_p(now, then) > 0.1


def test_a_bit_more_on_every_day_is_a_change() -> None:
    now, then = days(30, 28, 32, 31, 29, 30, 30), days(20, 19, 21, 20, 18, 21, 20)
    assert bursty_difference_p(now, then) < 0.01


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (days(0, 0, 1), days(1, 0, 0)),
        (days(3, 4, 5), days(9, 1, 5)),
        (days(4, 4, 4), days(4, 4, 4)),
        (days(9), days(2)),
        (days(9, 9), []),
        ([], []),
        (days(0, 0), days(0, 0)),
        (days(5, 5, requests=5), days(5, 5, requests=5)),
    ],
)
def test_p_is_never_less_than_that_of_the_plain_test(now: list[Proportion], then: list[Proportion]) -> None:
    plain = difference_p(total(now), total(then))
    assert plain <= bursty_difference_p(now, then) <= 1
    assert bursty_difference_p(now, then) == pytest.approx(bursty_difference_p(then, now))


def test_few_errors_have_the_p_of_the_plain_test() -> None:
    now, then = days(1, 1, 0, 1, 1, 0, 1), days(0, 0, 0, 0, 0, 0, 0)
    assert bursty_difference_p(now, then) == difference_p(total(now), total(then)) == pytest.approx(0.0625, abs=1e-4)


def test_equal_days_have_the_p_of_independent_requests() -> None:
    now, then = days(30, 30, 30), days(20, 20, 20)
    t = 0.001 / (0.0025 * 0.9975 * 2 / 30_000) ** 0.5
    # Student's t with four degrees of freedom has a closed form too.
    share = t * t / (4 + t * t)
    assert bursty_difference_p(now, then) == pytest.approx(1 - share**0.5 * (1.5 - 0.5 * share))


def test_days_without_a_request_count_for_nothing() -> None:
    now, then = days(30, 28, 33), days(20, 19, 21)
    nothing = [Proportion(0, 0)] * 4
    assert bursty_difference_p([*now, *nothing], [*nothing, *then]) == bursty_difference_p(now, then)


def test_a_p_computed_by_hand() -> None:
    now, then = days(42, 18), days(10, 10)
    inflation = 2 * 12**2 / (10_000 * 0.003 * 0.997) / 2
    t = 0.002 / (inflation * 0.002 * 0.998 * 2 / 20_000) ** 0.5
    # With two degrees of freedom Student's t has a closed form.
    assert bursty_difference_p(now, then) == pytest.approx(1 - t / (2 + t * t) ** 0.5)


def test_without_a_change_false_positives_are_as_rare_as_the_level_says() -> None:
    chance = random.Random(5)
    wrong = plainly_wrong = 0
    for _ in range(200):
        now, then = ([_bursty_day(chance) for _ in range(7)] for _ in range(2))
        wrong += bursty_difference_p(now, then) < 0.05
        plainly_wrong += difference_p(total(now), total(then)) < 0.05
    assert plainly_wrong > 100
    assert wrong < 25


def _bursty_day(chance: random.Random) -> Proportion:
    """Draw a day whose rate varies around one in a hundred, as the errors of a few programs do."""
    return Proportion(round(10_000 * chance.betavariate(2, 198)), 10_000)
