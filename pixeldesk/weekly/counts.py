"""Count requests and errors by day, from which all rates of a review are computed.

An error has status 400 or higher, a server error 500 or higher. A code's rate is its errors over all requests, a
route's rate its errors over its own requests.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pixeldesk.trends.proportions import Proportion
from pixeldesk.weekly.week import Week

DAYS_IN_A_WEEK = 7


class Days:
    """Errors and requests by day, for example those of a code."""

    def __init__(self, errors: Mapping[datetime, int], requests: Mapping[datetime, int]) -> None:
        self._errors = errors
        self._requests = requests

    def of(self, *weeks: Week) -> list[Proportion]:
        """Return one proportion per day, in the order of the weeks."""
        days = (week.start + timedelta(days=day) for week in weeks for day in range(DAYS_IN_A_WEEK))
        return [Proportion(self._errors.get(day, 0), self._requests.get(day, 0)) for day in days]


class Counts:
    """The rows of the question `error_counts_by_day`, summed up by code, route and both."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._requests: Counter[datetime] = Counter()
        self._errors: Counter[datetime] = Counter()
        self._server_errors: Counter[datetime] = Counter()
        self._by_code: dict[str, Counter[datetime]] = {}
        self._by_route: dict[str, tuple[Counter[datetime], Counter[datetime]]] = {}
        self._by_code_and_route: dict[tuple[str, str], Counter[datetime]] = {}
        for row in rows:
            self._add(row["day"], row["route"], row["error_code"], row)

    def _add(self, day: datetime, route: str, code: str | None, row: Mapping[str, Any]) -> None:
        errors, requests = self._by_route.setdefault(route, (Counter(), Counter()))
        for counter, name in (
            (self._requests, "requests"),
            (self._errors, "errors"),
            (self._server_errors, "server_errors"),
            (requests, "requests"),
            (errors, "errors"),
        ):
            counter[day] += int(row[name])
        if code is not None:
            self._by_code.setdefault(code, Counter())[day] += int(row["errors"])
            self._by_code_and_route.setdefault((code, route), Counter())[day] += int(row["errors"])

    @property
    def all_errors(self) -> Days:
        """All errors over all requests."""
        return Days(self._errors, self._requests)

    @property
    def server_errors(self) -> Days:
        """All server errors over all requests."""
        return Days(self._server_errors, self._requests)

    @property
    def by_code(self) -> dict[str, Days]:
        """Each code's errors over all requests."""
        return {code: Days(errors, self._requests) for code, errors in self._by_code.items()}

    @property
    def by_route(self) -> dict[str, Days]:
        """Each route's errors over its own requests."""
        return {route: Days(errors, requests) for route, (errors, requests) in self._by_route.items()}

    @property
    def by_code_and_route(self) -> dict[tuple[str, str], Days]:
        """Each code's errors on each route over all requests."""
        return {key: Days(errors, self._requests) for key, errors in self._by_code_and_route.items()}
