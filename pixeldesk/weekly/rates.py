"""Compare the error rates of a week with those of the weeks before, and mark changes that are more than noise."""

from collections.abc import Mapping, Sequence

from pixeldesk.frozen_model import FrozenModel
from pixeldesk.trends.overdispersion import bursty_difference_p, total
from pixeldesk.trends.proportions import holm
from pixeldesk.weekly.counts import Days
from pixeldesk.weekly.week import Week

SIGNIFICANCE = 0.05
RELEVANCE = 0.1
"""A change smaller than this share of the earlier rate is not marked, however significant it is."""


class Difference(FrozenModel):
    """An earlier rate, and the change since then in percentage points. `p` is corrected for the table's other rows."""

    rate: float
    points: float
    p: float
    is_more_than_noise: bool


class Rate(FrozenModel):
    """A row: errors over requests with the 95 % Wilson interval; None without requests or without a comparison."""

    name: str
    requests: int
    errors: int
    rate: float | None
    low: float
    high: float
    from_week_before: Difference | None
    from_mean: Difference | None


def rates(named: Mapping[str, Days], week: Week, earlier: Sequence[Week]) -> list[Rate]:
    """Return the rows of a table, in the given order. `earlier` are the weeks before, newest first.

    The mean of the earlier weeks is their errors over their requests, so that a week with few logged hours counts for
    little.
    """
    from_week_before = _differences(named, [week], earlier[:1])
    from_mean = _differences(named, [week], earlier)
    return [_rate(name, days, week, from_week_before[name], from_mean[name]) for name, days in named.items()]


def _rate(name: str, days: Days, week: Week, before: Difference | None, mean: Difference | None) -> Rate:
    found = total(days.of(week))
    low, high = found.interval
    return Rate(
        name=name,
        requests=found.whole,
        errors=found.part,
        rate=found.share,
        low=low,
        high=high,
        from_week_before=before,
        from_mean=mean,
    )


def _differences(named: Mapping[str, Days], now: Sequence[Week], then: Sequence[Week]) -> dict[str, Difference | None]:
    """Return the difference in each row, None if it cannot be compared. Holm's correction counts the others only."""
    sides = {name: (days.of(*now), days.of(*then)) for name, days in named.items()}
    compared = {name: pair for name, pair in sides.items() if total(pair[0]).whole and total(pair[1]).whole}
    p_values = holm([bursty_difference_p(*pair) for pair in compared.values()])
    found: dict[str, Difference | None] = dict.fromkeys(named)
    for (name, (days, earlier)), p in zip(compared.items(), p_values, strict=True):
        found[name] = _difference(total(days).share or 0.0, total(earlier).share or 0.0, p)
    return found


def _difference(rate: float, earlier: float, p: float) -> Difference:
    is_relevant = rate != earlier and abs(rate - earlier) >= RELEVANCE * earlier
    return Difference(
        rate=earlier, points=100 * (rate - earlier), p=p, is_more_than_noise=is_relevant and p < SIGNIFICANCE
    )
