"""Test whether two shares differ when errors come in bursts, so that requests are not independent."""

from collections.abc import Sequence

from scipy import stats

from pixeldesk.trends.proportions import Proportion, difference_p


def total(parts: Sequence[Proportion]) -> Proportion:
    """Return the sum of proportions."""
    return Proportion(sum(each.part for each in parts), sum(each.whole for each in parts))


def bursty_difference_p(days: Sequence[Proportion], others: Sequence[Proportion]) -> float:
    """Return the p value of a difference between two sets of days, allowing for how much the days differ.

    A single failing program fills a day with errors, so days differ more than independent requests would, and the plain
    test takes noise for a change. The variance is therefore inflated by the ratio of Pearson's chi-squared within the
    two sides to its degrees of freedom, but never reduced, and the difference is tested by Student's t with these
    degrees of freedom (McCullagh and Nelder, Generalized Linear Models, 1989, section 4.5). The result is never less
    than the plain test's p, which is Fisher's for small counts.
    """
    first, second = total(days), total(others)
    plain = difference_p(first, second)
    freedom = sum(1 for each in (*days, *others) if each.whole) - 2
    if freedom < 1 or plain == 1.0:
        return plain
    inflation = max(1.0, (_chi_squared(days) + _chi_squared(others)) / freedom)
    pooled = total((first, second)).share or 0.0
    variance = inflation * pooled * (1 - pooled) * (1 / first.whole + 1 / second.whole)
    difference = (first.share or 0.0) - (second.share or 0.0)
    return max(plain, float(2 * stats.t.sf(abs(difference) / variance**0.5, freedom)))


def _chi_squared(days: Sequence[Proportion]) -> float:
    """Return Pearson's chi-squared of the days against their common share."""
    share = total(days).share
    if share is None or share in (0.0, 1.0):
        return 0.0
    return sum((day.part - day.whole * share) ** 2 / (day.whole * share * (1 - share)) for day in days if day.whole)
