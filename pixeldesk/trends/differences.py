"""What is different about failing requests, against those that succeeded meanwhile and those of a week before.

Each value of a few fields is a suspicion: does it occur among the failing requests more often than among the others?
The two shares are compared by a test, and corrected for as many suspicions as there were (Holm), so that a finding is
no accident of looking at many values; and a difference must be large enough to matter.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.difference_words import FIELD_NAMES, named, of_the_others, of_them
from pixeldesk.trends.proportions import Proportion, difference_p, holm

_WEEK = timedelta(days=7)
_MOST_VALUES = 50
_FEWEST_FAILING = 5
_LEAST_EXCESS = 0.1
_SIGNIFICANT = 0.01
# A field with a new value in every other request names the requests and not what they have in common.
_ID_LIKE_SHARE, _ID_LIKE_FROM = 0.5, 200
# Two values that share so much of the failing requests are one finding.
_SAME_REQUESTS = 0.95
_FIELDS = tuple(FIELD_NAMES)
_ALL = "all"
_Group = tuple[set[tuple[str, str | None]], int]
"""Values, each with its field, and how many failing requests have all of these and no other of the values found."""


@dataclass(frozen=True)
class Failing:
    """Which failing requests are asked about: those answered with 400 or more, or only with 500 or more.

    Times are UTC without a zone, half open; None filters nothing. `not_callers` are left out of every count: customers,
    or where none is known key fingerprints or client addresses.
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
    """A value that stands out among the failing requests, with its share there and among the others.

    `field` is one of `FIELD_NAMES`; `value` is None where it was not logged. `meanwhile` and `before` are None where
    no request succeeded. `p` is the larger of the corrected p values; `same_requests` are the other values that stand
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
        """Its share in each comparison that there is."""
        return [one for one in (self.meanwhile, self.before) if one is not None]

    @property
    def excess(self) -> float:
        """By how much its share is larger among the failing requests than in any comparison, 0 to 1."""
        return (self.failing.share or 0.0) - self._largest

    @property
    def lift(self) -> float | None:
        """How many times larger at least; None where none of the others has it."""
        return (self.failing.share or 0.0) / self._largest if self._largest else None

    @property
    def _largest(self) -> float:
        return max((one.share or 0.0 for one in self.compared), default=1.0)

    def sentence(self) -> str:
        """It in plain English. The values are raw log text."""
        said = f"{of_them(self.field, self.value, self.failing)}, and {of_the_others(self.meanwhile, self.before)}"
        same = ", ".join(named(one.field, one.value) for one in self.same_requests)
        return f"{said}; the same requests: {same}" if same else said


@dataclass(frozen=True)
class WhatDiffers:
    """The differences, most telling first, and how many failing requests none of them covers.

    `succeeded` and `succeeded_before` are the requests that the failing ones were compared with.
    """

    failing: int
    succeeded: int
    succeeded_before: int
    differences: tuple[Difference, ...]
    unexplained: int

    @property
    def is_comparable(self) -> bool:
        """Whether enough requests failed to tell a difference, and any succeeded."""
        return self.failing >= _FEWEST_FAILING and (self.compares_meanwhile or self.compares_before)

    @property
    def compares_meanwhile(self) -> bool:
        """Whether any request succeeded in the same time."""
        return self.succeeded > 0

    @property
    def compares_before(self) -> bool:
        """Whether any request succeeded in the same hours a week before."""
        return self.succeeded_before > 0


def what_differs(store: Store, failing: Failing) -> WhatDiffers:
    """Compare the failing requests with those that succeeded in the same range and filters, and a week before.

    A finding occurs in at least 5 failing requests, its share is at least 10 percentage points larger than in each
    comparison, and each test gives p < 0.01 after the correction for all values of all fields. Where nothing succeeded
    meanwhile, or a week before, only the other comparison is made.
    """
    rows = question("failing_values").rows(store, **_asked(failing), **_which(failing), count=_MOST_VALUES)
    total = next(row for row in rows if row["field"] == _ALL)
    values = [row for row in rows if row["field"] != _ALL and row["failing"] and not _is_id_like(row, total)]
    suspects = [row for row in values if row["failing"] >= _FEWEST_FAILING]
    before = _week_before(store, failing, [total, *suspects])
    counted = WhatDiffers(total["failing"], total["succeeding"], before[_key(total)], (), total["failing"])
    tests = len(values) * (counted.compares_meanwhile + counted.compares_before)
    found = _significant([_difference(row, before, counted) for row in suspects], tests)
    together = _together(store, failing, found) if found else []
    unexplained = counted.failing - sum(requests for _, requests in together)
    return replace(counted, differences=tuple(_merged(found, together)), unexplained=unexplained)


def _asked(failing: Failing, weeks_before: int = 0) -> dict[str, Any]:
    return {
        "start": failing.start - weeks_before * _WEEK,
        "end": failing.end - weeks_before * _WEEK,
        "environment": failing.environment,
        "route": failing.route,
        "host": failing.host,
        "customer_id": failing.customer_id,
        "not_callers": list(failing.not_callers),
    }


def _which(failing: Failing) -> dict[str, Any]:
    return {"failing_from": 500 if failing.server_errors_only else 400, "failing_code": failing.error_code}


def _is_id_like(row: dict[str, Any], total: dict[str, Any]) -> bool:
    requests = total["failing"] + total["succeeding"]
    return bool(requests >= _ID_LIKE_FROM and row["distinct_values"] > requests * _ID_LIKE_SHARE)


def _key(row: dict[str, Any]) -> str:
    return f"{row['field']} {row['field_value']}"


def _week_before(store: Store, failing: Failing, rows: Iterable[dict[str, Any]]) -> Counter[str]:
    keys = [_key(row) for row in rows]
    found = question("succeeding_values").rows(store, **_asked(failing, weeks_before=1), field_values=keys)
    return Counter({_key(row): int(row["succeeding"]) for row in found})


def _difference(row: dict[str, Any], before: Counter[str], counted: WhatDiffers) -> Difference:
    succeeded, succeeded_before = counted.succeeded, counted.succeeded_before
    return Difference(
        row["field"],
        row["field_value"] or None,
        Proportion(row["failing"], counted.failing),
        Proportion(row["succeeding"], succeeded) if counted.compares_meanwhile else None,
        Proportion(before[_key(row)], succeeded_before) if counted.compares_before else None,
        p=1.0,
    )


def _significant(suspects: Iterable[Difference], tests: int) -> list[Difference]:
    """Those that stand out in each comparison, with their corrected p, most telling first.

    So many `tests` were to be made. Those that cannot give a finding, for want of a difference, are not made: they
    count as p = 1, on the safe side.
    """
    large = [one for one in suspects if one.excess >= _LEAST_EXCESS]
    p_values = [difference_p(one.failing, other) for one in large for other in one.compared]
    corrected = iter(holm([*p_values, *[1.0] * (tests - len(p_values))]))
    tested = [replace(one, p=max(islice(corrected, len(one.compared)))) for one in large]
    found = [one for one in tested if one.p < _SIGNIFICANT]
    return sorted(found, key=lambda one: (-one.excess, -one.failing.part, _FIELDS.index(one.field), one.value or ""))


def _together(store: Store, failing: Failing, found: Iterable[Difference]) -> list[_Group]:
    """Which of the found values failing requests have together, and how many do; those with none are left out."""
    keys = [f"{one.field} {one.value or ''}" for one in found]
    rows = question("failing_together").rows(store, **_asked(failing), **_which(failing), field_values=keys)
    groups = [
        ({(name, row[name] or None) for name in _FIELDS if row[name] is not None}, row["failing"]) for row in rows
    ]
    return [(values, requests) for values, requests in groups if values]


def _merged(found: Iterable[Difference], together: Sequence[_Group]) -> list[Difference]:
    """One finding for values of the same failing requests: the first field of them, with the others."""
    groups: list[list[Difference]] = []
    for one in found:
        group = next((group for group in groups if _are_same(group[0], one, together)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return [_as_one(group) for group in groups]


def _as_one(group: Iterable[Difference]) -> Difference:
    first, *others = sorted(group, key=lambda one: _FIELDS.index(one.field))
    return replace(first, same_requests=tuple(others))


def _are_same(one: Difference, other: Difference, together: Sequence[_Group]) -> bool:
    pair = {(one.field, one.value), (other.field, other.value)}
    both = sum(requests for values, requests in together if pair <= values)
    either = sum(requests for values, requests in together if pair & values)
    return both >= _SAME_REQUESTS * either
