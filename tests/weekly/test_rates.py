"""Check when a change of a rate is marked: if it is significant and relevant."""

from datetime import timedelta

import pytest

from pixeldesk.weekly.counts import Days
from pixeldesk.weekly.rates import Difference, rates
from pixeldesk.weekly.week import Week

THIS = Week(2026, 47)
BEFORE = THIS.earlier(1)
REQUESTS = 100_000


def days(now: int, before: int) -> Days:
    """Return days with `now` errors in this week and `before` in the week before, plus or minus a few."""
    errors, requests = {}, {}
    for week, count in ((THIS, now), (BEFORE, before)):
        for index, more in enumerate((-2, 1, 0, 3, -1, -3, 2)):
            day = week.start + timedelta(days=index)
            errors[day], requests[day] = max(0, count + more), REQUESTS
    return Days(errors, requests)


def change(now: int, before: int) -> Difference:
    (rate,) = rates({"x": days(now, before)}, THIS, [BEFORE])
    assert rate.from_week_before is not None
    return rate.from_week_before


@pytest.mark.parametrize(
    ("now", "before", "is_marked"),
    [(10_500, 10_000, False), (11_100, 10_000, True), (8_900, 10_000, True), (9_500, 10_000, False), (30, 3, True)],
)
def test_a_significant_change_is_marked_from_a_tenth_of_the_rate_on(now: int, before: int, is_marked: bool) -> None:
    found = change(now, before)
    assert found.p < 0.001
    assert found.is_more_than_noise == is_marked
    assert (found.points > 0) == (now > before)


def test_a_large_change_of_few_errors_is_noise() -> None:
    found = change(4, 3)
    assert found.points > 0
    assert not found.is_more_than_noise


def test_more_rows_make_each_change_less_significant() -> None:
    alone = change(12, 8)
    rows = rates({"x": days(12, 8), **{f"y{n}": days(9, 9) for n in range(13)}}, THIS, [BEFORE])
    among = rows[0].from_week_before
    assert among is not None
    assert among.p == pytest.approx(min(1.0, 14 * alone.p))
    assert (alone.is_more_than_noise, among.is_more_than_noise) == (True, False)
