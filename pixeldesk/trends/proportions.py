"""Shares of requests, and how sure they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

CONFIDENCE = 0.95
# Below so many expected in a cell of the table the normal approximation is not to be trusted (Cochran 1954).
_EXPECTED_IN_A_CELL = 5


@dataclass(frozen=True)
class Proportion:
    """`part` of `whole` requests, 0 of 0 allowed, with its 95 % interval."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """None where there was no request."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson score interval (Wilson 1927), which holds near 0 and 1 too; all of [0, 1] where none was made."""
        if not self.whole:
            return 0.0, 1.0
        found = stats.binomtest(self.part, self.whole).proportion_ci(CONFIDENCE, method="wilson")
        return float(found.low), float(found.high)


def difference_p(one: Proportion, other: Proportion) -> float:
    """How probable so large a difference is where there is none: two-sided; 1 where there is nothing to compare.

    The pooled two-proportion z test, or Fisher's exact test where a count is small.
    """
    if not one.whole or not other.whole:
        return 1.0
    pooled = (one.part + other.part) / (one.whole + other.whole)
    if pooled in (0.0, 1.0):
        return 1.0
    smallest = min(one.whole, other.whole) * min(pooled, 1 - pooled)
    if smallest < _EXPECTED_IN_A_CELL:
        table = [[one.part, one.whole - one.part], [other.part, other.whole - other.part]]
        return float(stats.fisher_exact(table).pvalue)
    spread = (pooled * (1 - pooled) * (1 / one.whole + 1 / other.whole)) ** 0.5
    z = (one.part / one.whole - other.part / other.whole) / spread
    return float(2 * stats.norm.sf(abs(z)))


def holm(p_values: Sequence[float]) -> list[float]:
    """The same p values corrected for so many tests at once, in the same order (Holm 1979)."""
    count = len(p_values)
    corrected = [1.0] * count
    largest = 0.0
    for place, index in enumerate(sorted(range(count), key=lambda one: p_values[one])):
        largest = max(largest, min(1.0, p_values[index] * (count - place)))
        corrected[index] = largest
    return corrected
