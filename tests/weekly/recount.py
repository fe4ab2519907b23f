"""The figures of a weekly review, counted in plain Python over the sample's lines."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from tests.sample_lines import Request, requests

WEEK = timedelta(days=7)
Z = 1.959963984540054


@dataclass(frozen=True)
class Recount:
    """The requests of a week, and those of any week before it, in one environment or (None) in all."""

    start: datetime
    environment: str | None

    def of(self, weeks_before: int = 0, weeks: int = 1) -> Iterator[Request]:
        """The requests of so many weeks, the last of them so many before."""
        for before in range(weeks_before, weeks_before + weeks):
            start = self.start - before * WEEK
            yield from (one for one in _of_week(start) if self.environment in (None, one.environment))

    def four_before(self) -> Iterator[Request]:
        """The requests of the four weeks before."""
        return self.of(weeks_before=1, weeks=4)

    def share(self, found: Iterator[Request], part: Callable[[Request], bool]) -> tuple[int, int]:
        """How many there are, and how many of them are a part."""
        all_of_them = list(found)
        return len(all_of_them), sum(part(one) for one in all_of_them)

    def codes(self, found: Iterator[Request]) -> Counter[str]:
        """Errors by code."""
        return Counter(one.error_code or "no code" for one in found if failed(one))

    def routes(self, found: Iterator[Request]) -> dict[str, tuple[int, int]]:
        """Requests and errors by route."""
        counted: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for one in found:
            counted[one.route or "no route"][0] += 1
            counted[one.route or "no route"][1] += failed(one)
        return {route: (every, errors) for route, (every, errors) in counted.items()}

    def codes_on_routes(self, found: Iterator[Request]) -> Counter[tuple[str, str]]:
        """Errors by code and route."""
        return Counter((one.error_code or "no code", one.route or "no route") for one in found if failed(one))

    def customers(self, found: Iterator[Request]) -> Counter[str]:
        """Errors by customer, where one is named."""
        return Counter(one.customer_id for one in found if failed(one) and one.customer_id)

    def hours(self) -> int:
        """In how many hours of the week there is a request."""
        return len({one.timestamp.replace(minute=0, second=0, microsecond=0) for one in self.of()})

    def who(self) -> dict[str, tuple[int, int]]:
        """How many customers, and callers without one, met each code in the week."""
        customers: defaultdict[str, set[str]] = defaultdict(set)
        callers: defaultdict[str, set[str]] = defaultdict(set)
        for one in self.of():
            if failed(one) and one.caller:
                (customers if one.customer_id else callers)[one.error_code or "no code"].add(one.caller)
        return {code: (len(customers[code]), len(callers[code])) for code in {*customers, *callers}}


@cache
def _of_week(start: datetime) -> tuple[Request, ...]:
    return tuple(one for one in requests() if start <= one.timestamp < start + WEEK)


def failed(one: Request) -> bool:
    """Whether it counts as an error."""
    return one.status >= 400


def failed_by_us(one: Request) -> bool:
    """Whether it counts as a server error."""
    return one.status >= 500


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The formula of Wilson's interval, as textbooks have it."""
    share = part / whole
    middle = (share + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    half = Z / (1 + Z * Z / whole) * (share * (1 - share) / whole + Z * Z / (4 * whole * whole)) ** 0.5
    return middle - half, middle + half
