"""Whether two shares differ where errors come in bursts, so that requests are not independent of each other."""

from collections.abc import Sequence

from scipy import stats

from pixeldesk.trends.proportions import Proportion, difference_p


def total(parts: Sequence[Proportion]) -> Proportion:
    """All of them as one."""
    return Proportion(sum(one.part for one in parts), sum(one.whole for one in parts))


def bursty_difference_p(days: Sequence[Proportion], others: Sequence[Proportion]) -> float:
    """How probable so large a difference is where there is none, judged by how much the days of each side differ.

    One program that fails fills a day with errors, so days differ by more than chance gives independent requests, and
    the plain test calls noise a change. The variance is therefore taken so many times larger as Pearson's chi-squared
    within the two sides is larger than its degrees of freedom, but never smaller, and the difference is judged by
    Student's t with these degrees (McCullagh and Nelder, Generalized Linear Models, 1989, section 4.5). It is never
    less than the plain test's p, which is Fisher's where counts are small.
    """
    one, other = total(days), total(others)
    plain = difference_p(one, other)
    freedom = sum(1 for each in (*days, *others) if each.whole) - 2
    if freedom < 1 or plain == 1.0:
        return plain
    inflation = max(1.0, (_chi_squared(days) + _chi_squared(others)) / freedom)
    pooled = total((one, other)).share or 0.0
    variance = inflation * pooled * (1 - pooled) * (1 / one.whole + 1 / other.whole)
    difference = (one.share or 0.0) - (other.share or 0.0)
    return max(plain, float(2 * stats.t.sf(abs(difference) / variance**0.5, freedom)))


def _chi_squared(days: Sequence[Proportion]) -> float:
    """Pearson's, of the days of one side against that side's share."""
    share = total(days).share
    if share is None or share in (0.0, 1.0):
        return 0.0
    return sum((day.part - day.whole * share) ** 2 / (day.whole * share * (1 - share)) for day in days if day.whole)
