"""Find what differs about failing requests, compared with those that succeeded meanwhile and a week before.

Each value of a few fields is a hypothesis: it occurs more often among the failing requests than among the others. A
test compares the two shares, with Holm's correction for the number of hypotheses, so that a finding is not an accident
of testing many values. A difference must also be large enough to matter.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.difference_words import FIELD_NAMES, failing_share, named, succeeding_share
from pixeldesk.trends.proportions import Proportion, difference_p, holm

_WEEK = timedelta(days=7)
_MOST_VALUES = 50
_FEWEST_FAILING = 5
_LEAST_EXCESS = 0.1
_SIGNIFICANT = 0.01
# A field with a new value in every other request identifies the requests and not what they have in common.
_ID_LIKE_SHARE, _ID_LIKE_FROM = 0.5, 200
# Two values that share this much of their failing requests are one finding.
_SAME_REQUESTS = 0.95
_FIELDS = tuple(FIELD_NAMES)
_ALL = "all"
_Group = tuple[set[tuple[str, str | None]], int]
"""Fields with values, and the number of failing requests that have exactly these of the values found."""


@dataclass(frozen=True)
class Failing:
    """The failing requests in question: those answered with 400 or more, or only with 500 or more.

    Times are UTC without a zone, half open; None filters nothing. `not_callers` are excluded from every count: customer
    ids, or for unknown customers key fingerprints or client addresses.
    """

    start: datetime
    end: datetime
    environment: str | None = None
    error_code: str | None = None
    route: str | None = None
    host: str | None = None
    customer_id: str | None = None
    not_callers: tuple[str, ...] = ()
    server_errors_only: bool = False


@dataclass(frozen=True)
class Difference:
    """A value that stands out among the failing requests, with its share among them and among the others.

    `field` is one of `FIELD_NAMES`; `value` is None if it was not logged. `meanwhile` and `before` are None if no
    request succeeded then. `p` is the larger of the corrected p values. `same_requests` are the other values that stand
    out in the same failing requests.
    """

    field: str
    value: str | None
    failing: Proportion
    meanwhile: Proportion | None
    before: Proportion | None
    p: float
    same_requests: tuple["Difference", ...] = ()

    @property
    def compared(self) -> list[Proportion]:
        """The value's share in each available comparison."""
        return [proportion for proportion in (self.meanwhile, self.before) if proportion is not None]

    @property
    def excess(self) -> float:
        """The share among the failing requests minus the largest share in a comparison, 0 to 1."""
        return (self.failing.share or 0.0) - self._largest

    @property
    def lift(self) -> float | None:
        """The share among the failing requests divided by the largest share in a comparison; None if that is 0."""
        return (self.failing.share or 0.0) / self._largest if self._largest else None

    @property
    def _largest(self) -> float:
        return max((proportion.share or 0.0 for proportion in self.compared), default=1.0)

    def sentence(self) -> str:
        """Return the difference as an English sentence. Its values are raw log text."""
        failing = failing_share(self.field, self.value, self.failing)
        sentence = f"{failing}, and {succeeding_share(self.meanwhile, self.before)}"
        same = ", ".join(named(other.field, other.value) for other in self.same_requests)
        return f"{sentence}; the same requests: {same}" if same else sentence


@dataclass(frozen=True)
class WhatDiffers:
    """The differences, largest first, and the number of failing requests without any of them (`unexplained`).

    `succeeded` and `succeeded_before` are the numbers of requests that the failing ones were compared with.
    """

    failing: int
    succeeded: int
    succeeded_before: int
    differences: tuple[Difference, ...]
    unexplained: int

    @property
    def is_comparable(self) -> bool:
        """Whether enough requests failed to show a difference, and any succeeded."""
        return self.failing >= _FEWEST_FAILING and (self.compares_meanwhile or self.compares_before)

    @property
    def compares_meanwhile(self) -> bool:
        """Whether any request succeeded in the same time."""
        return self.succeeded > 0

    @property
    def compares_before(self) -> bool:
        """Whether any request succeeded in the same hours a week before."""
        return self.succeeded_before > 0


@dataclass(frozen=True)
class _Value:
    """A row of failing_values: a field's value, the requests that have it, and how many values the field has."""

    field: str
    field_value: str
    failing: int
    succeeding: int
    distinct_values: int

    @property
    def key(self) -> str:
        """The field and the value, as parameters of questions have them."""
        return _key(self.field, self.field_value)

    def is_id_like(self, total: "_Value") -> bool:
        """Return whether the field identifies the requests and not what they have in common."""
        requests = total.failing + total.succeeding
        return requests >= _ID_LIKE_FROM and self.distinct_values > requests * _ID_LIKE_SHARE


def _key(field: str, value: str | None) -> str:
    return f"{field} {value or ''}"


def what_differs(store: Store, failing: Failing) -> WhatDiffers:
    """Compare the failing requests with those that succeeded under the same filters, meanwhile and a week before.

    A finding occurs in at least 5 failing requests, its share is at least 10 percentage points larger than in each
    comparison, and each test gives p < 0.01 after the correction for all values of all fields. A comparison with no
    succeeding requests is left out.
    """
    rows = question("failing_values").rows(store, **_scope(failing), **_failure(failing), count=_MOST_VALUES)
    counts = [_Value(**row) for row in rows]
    total = next(value for value in counts if value.field == _ALL)
    values = [value for value in counts if value.field != _ALL and value.failing and not value.is_id_like(total)]
    candidates = [value for value in values if value.failing >= _FEWEST_FAILING]
    before = _week_before(store, failing, [total, *candidates])
    counted = WhatDiffers(total.failing, total.succeeding, before[total.key], (), total.failing)
    tests = len(values) * (counted.compares_meanwhile + counted.compares_before)
    found = _significant([_difference(value, before, counted) for value in candidates], tests)
    together = _together(store, failing, found) if found else []
    unexplained = counted.failing - sum(requests for _, requests in together)
    return replace(counted, differences=tuple(_merged(found, together)), unexplained=unexplained)


def _scope(failing: Failing, weeks_before: int = 0) -> dict[str, Any]:
    return {
        "start": failing.start - weeks_before * _WEEK,
        "end": failing.end - weeks_before * _WEEK,
        "environment": failing.environment,
        "route": failing.route,
        "host": failing.host,
        "customer_id": failing.customer_id,
        "not_callers": list(failing.not_callers),
    }


def _failure(failing: Failing) -> dict[str, Any]:
    return {"failing_from": 500 if failing.server_errors_only else 400, "failing_code": failing.error_code}


def _week_before(store: Store, failing: Failing, values: Iterable[_Value]) -> Counter[str]:
    """Count the requests that succeeded a week before, by the values' keys."""
    keys = [value.key for value in values]
    found = question("succeeding_values").rows(store, **_scope(failing, weeks_before=1), field_values=keys)
    return Counter({_key(row["field"], row["field_value"]): int(row["succeeding"]) for row in found})


def _difference(value: _Value, before: Counter[str], counted: WhatDiffers) -> Difference:
    succeeded, succeeded_before = counted.succeeded, counted.succeeded_before
    return Difference(
        value.field,
        value.field_value or None,
        Proportion(value.failing, counted.failing),
        Proportion(value.succeeding, succeeded) if counted.compares_meanwhile else None,
        Proportion(before[value.key], succeeded_before) if counted.compares_before else None,
        p=1.0,
    )


def _significant(candidates: Iterable[Difference], tests: int) -> list[Difference]:
    """Return the candidates that stand out in each comparison, with corrected p, largest difference first.

    `tests` is the number of all hypotheses. Candidates with too small a difference are not tested and count as p = 1,
    which errs on the safe side.
    """
    large = [candidate for candidate in candidates if candidate.excess >= _LEAST_EXCESS]
    p_values = [difference_p(candidate.failing, other) for candidate in large for other in candidate.compared]
    corrected = iter(holm([*p_values, *[1.0] * (tests - len(p_values))]))
    tested = [replace(candidate, p=max(islice(corrected, len(candidate.compared)))) for candidate in large]
    return sorted((difference for difference in tested if difference.p < _SIGNIFICANT), key=_sort_key)


def _sort_key(difference: Difference) -> tuple[float, int, int, str]:
    field = _FIELDS.index(difference.field)
    return -difference.excess, -difference.failing.part, field, difference.value or ""


def _together(store: Store, failing: Failing, found: Iterable[Difference]) -> list[_Group]:
    """Group the failing requests by which of the found values they have. Requests with none are left out."""
    keys = [_key(difference.field, difference.value) for difference in found]
    rows = question("failing_together").rows(store, **_scope(failing), **_failure(failing), field_values=keys)
    groups = [
        ({(name, row[name] or None) for name in _FIELDS if row[name] is not None}, row["failing"]) for row in rows
    ]
    return [(values, requests) for values, requests in groups if values]


def _merged(found: Iterable[Difference], together: Sequence[_Group]) -> list[Difference]:
    """Merge values of the same failing requests into one finding, led by the first of their fields."""
    groups: list[list[Difference]] = []
    for difference in found:
        group = next((group for group in groups if _are_same(group[0], difference, together)), None)
        if group is None:
            groups.append([difference])
        else:
            group.append(difference)
    return [_as_finding(group) for group in groups]


def _as_finding(group: Iterable[Difference]) -> Difference:
    first, *others = sorted(group, key=lambda difference: _FIELDS.index(difference.field))
    return replace(first, same_requests=tuple(others))


def _are_same(first: Difference, second: Difference, together: Sequence[_Group]) -> bool:
    pair = {(first.field, first.value), (second.field, second.value)}
    both = sum(requests for values, requests in together if pair <= values)
    either = sum(requests for values, requests in together if pair & values)
    return both >= _SAME_REQUESTS * either
