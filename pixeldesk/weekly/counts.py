"""How many requests and errors there were each day: what every rate of a review is made of.

An error is an answer with status 400 or higher, a server error one with 500 or higher. The rate of a code is its errors
over all requests, that of a route its errors over its own requests.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pixeldesk.trends.proportions import Proportion
from pixeldesk.weekly.week import Week

DAYS_IN_A_WEEK = 7


class Days:
    """The errors and requests of one thing, a day of a week each."""

    def __init__(self, errors: Mapping[datetime, int], requests: Mapping[datetime, int]) -> None:
        self._errors = errors
        self._requests = requests

    def of(self, *weeks: Week) -> list[Proportion]:
        """One proportion a day, in the order of the weeks."""
        days = (week.start + timedelta(days=day) for week in weeks for day in range(DAYS_IN_A_WEEK))
        return [Proportion(self._errors.get(day, 0), self._requests.get(day, 0)) for day in days]


class Counts:
    """The rows of the question `error_counts_by_day`, added up as a review needs them."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._requests: Counter[datetime] = Counter()
        self._errors: Counter[datetime] = Counter()
        self._server_errors: Counter[datetime] = Counter()
        self._of_code: dict[str, Counter[datetime]] = {}
        self._of_route: dict[str, tuple[Counter[datetime], Counter[datetime]]] = {}
        self._of_both: dict[tuple[str, str], Counter[datetime]] = {}
        for row in rows:
            self._add(row["day"], row["route"], row["error_code"], row)

    def _add(self, day: datetime, route: str, code: str | None, row: Mapping[str, Any]) -> None:
        errors, requests = self._of_route.setdefault(route, (Counter(), Counter()))
        for counter, name in (
            (self._requests, "requests"),
            (self._errors, "errors"),
            (self._server_errors, "server_errors"),
            (requests, "requests"),
            (errors, "errors"),
        ):
            counter[day] += int(row[name])
        if code is not None:
            self._of_code.setdefault(code, Counter())[day] += int(row["errors"])
            self._of_both.setdefault((code, route), Counter())[day] += int(row["errors"])

    @property
    def all_errors(self) -> Days:
        """Every error over every request."""
        return Days(self._errors, self._requests)

    @property
    def server_errors(self) -> Days:
        """Every server error over every request."""
        return Days(self._server_errors, self._requests)

    @property
    def of_codes(self) -> dict[str, Days]:
        """Each code's errors over every request."""
        return {code: Days(errors, self._requests) for code, errors in self._of_code.items()}

    @property
    def of_routes(self) -> dict[str, Days]:
        """Each route's errors over its requests."""
        return {route: Days(errors, requests) for route, (errors, requests) in self._of_route.items()}

    @property
    def of_codes_and_routes(self) -> dict[tuple[str, str], Days]:
        """Each code's errors on each route over every request."""
        return {both: Days(errors, self._requests) for both, errors in self._of_both.items()}
