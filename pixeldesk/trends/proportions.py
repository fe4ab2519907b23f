"""Compute shares of requests, their confidence intervals, and tests of their differences."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

CONFIDENCE = 0.95
# With fewer expected in a cell of the table, the normal approximation is not to be trusted (Cochran 1954).
_EXPECTED_IN_A_CELL = 5


@dataclass(frozen=True)
class Proportion:
    """`part` of `whole` requests, 0 of 0 allowed, with its 95 % interval."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """The share, 0 to 1; None if there was no request."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson score interval (Wilson 1927), valid near 0 and 1 too; all of [0, 1] if there was no request."""
        if not self.whole:
            return 0.0, 1.0
        found = stats.binomtest(self.part, self.whole).proportion_ci(CONFIDENCE, method="wilson")
        return float(found.low), float(found.high)


def difference_p(first: Proportion, second: Proportion) -> float:
    """Return the two-sided p value of a difference between proportions; 1 if there is nothing to compare.

    Uses the pooled two-proportion z test, or Fisher's exact test if an expected count is small.
    """
    if not first.whole or not second.whole:
        return 1.0
    pooled = (first.part + second.part) / (first.whole + second.whole)
    if pooled in (0.0, 1.0):
        return 1.0
    smallest = min(first.whole, second.whole) * min(pooled, 1 - pooled)
    if smallest < _EXPECTED_IN_A_CELL:
        table = [[first.part, first.whole - first.part], [second.part, second.whole - second.part]]
        return float(stats.fisher_exact(table).pvalue)
    spread = (pooled * (1 - pooled) * (1 / first.whole + 1 / second.whole)) ** 0.5
    z = (first.part / first.whole - second.part / second.whole) / spread
    return float(2 * stats.norm.sf(abs(z)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values corrected for multiple tests, in the same order (Holm 1979)."""
    count = len(p_values)
    corrected = [1.0] * count
    largest = 0.0
    for rank, index in enumerate(sorted(range(count), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, p_values[index] * (count - rank)))
        corrected[index] = largest
    return corrected
