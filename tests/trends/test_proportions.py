"""Compare shares and their tests with worked examples and plain formulas."""

from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixeldesk.trends.proportions import Proportion, difference_p, holm


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Compute the 95 % interval by Wilson's formula."""
    z = 1.959963984540054
    share = part / whole
    centre = share + z * z / (2 * whole)
    spread = z * (share * (1 - share) / whole + z * z / (4 * whole * whole)) ** 0.5
    return (centre - spread) / (1 + z * z / whole), (centre + spread) / (1 + z * z / whole)


def fisher(first: Proportion, second: Proportion) -> float:
    """Compute the exact test: sum all tables with these margins that are no more probable than this one."""
    together, whole = first.part + second.part, first.whole + second.whole

    def ways(part: int) -> int:
        return comb(first.whole, part) * comb(second.whole, together - part)

    least, most = max(0, together - second.whole), min(together, first.whole)
    rare = sum(ways(part) for part in range(least, most + 1) if ways(part) <= ways(first.part))
    return rare / comb(whole, together)


@pytest.mark.parametrize(("part", "whole"), [(0, 1), (1, 1), (3, 10), (0, 50), (50, 50), (81, 263), (1, 1_000_000)])
def test_the_interval_is_wilsons(part: int, whole: int) -> None:
    low, high = Proportion(part, whole).interval
    assert (low, high) == pytest.approx(wilson(part, whole), abs=1e-9)
    assert 0 <= low <= part / whole <= high <= 1


def test_the_interval_of_a_published_example() -> None:
    # 81 of 263, from Newcombe 1998, table I: 0.2553 to 0.3662.
    low, high = Proportion(81, 263).interval
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_none_of_none_may_be_any_share() -> None:
    nothing = Proportion(0, 0)
    assert nothing.share is None
    assert nothing.interval == (0.0, 1.0)
    assert difference_p(nothing, Proportion(3, 9)) == difference_p(Proportion(3, 9), nothing) == 1.0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_few_are_tested_exactly(data: st.DataObject) -> None:
    wholes = data.draw(st.tuples(st.integers(1, 8), st.integers(1, 60)))
    first, second = (Proportion(data.draw(st.integers(0, whole)), whole) for whole in wholes)
    if first.part + second.part in (0, first.whole + second.whole):
        assert difference_p(first, second) == 1.0
    else:
        assert difference_p(first, second) == pytest.approx(fisher(first, second), rel=1e-6)


def test_many_are_tested_by_the_normal_approximation() -> None:
    # Pooled 60 of 300: z = (0.3 - 0.15) / sqrt(0.2 * 0.8 * (1/100 + 1/200)) = 3.0619, two-sided p = 0.0022.
    p = difference_p(Proportion(30, 100), Proportion(30, 200))
    assert p == pytest.approx(0.0022, abs=5e-5)
    assert difference_p(Proportion(30, 200), Proportion(30, 100)) == pytest.approx(p)
    assert p == pytest.approx(fisher(Proportion(30, 100), Proportion(30, 200)), rel=0.5)


def test_equal_shares_are_no_difference() -> None:
    assert difference_p(Proportion(200, 1000), Proportion(40, 200)) == pytest.approx(1.0)
    assert difference_p(Proportion(9, 9), Proportion(99, 99)) == 1.0


def test_the_correction_of_a_published_example() -> None:
    # Holm 1979 as in R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm").
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=12))
def test_a_correction_never_lowers_a_p_nor_changes_the_order(p_values: list[float]) -> None:
    corrected = holm(p_values)
    assert all(p <= adjusted <= 1 for p, adjusted in zip(p_values, corrected, strict=True))
    assert [corrected_p for _, corrected_p in sorted(zip(p_values, corrected, strict=True))] == sorted(corrected)
