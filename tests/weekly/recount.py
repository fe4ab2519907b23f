"""Recount the figures of a weekly review in plain Python over the sample's lines."""

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
    """The requests of a week and of the weeks before it, in one environment or (None) in all."""

    start: datetime
    environment: str | None

    def of(self, weeks_before: int = 0, weeks: int = 1) -> Iterator[Request]:
        """Yield the requests of `weeks` weeks that end with the week `weeks_before` before."""
        for before in range(weeks_before, weeks_before + weeks):
            start = self.start - before * WEEK
            yield from (request for request in _of_week(start) if self.environment in (None, request.environment))

    def four_before(self) -> Iterator[Request]:
        """Yield the requests of the four weeks before."""
        return self.of(weeks_before=1, weeks=4)

    def share(self, found: Iterator[Request], part: Callable[[Request], bool]) -> tuple[int, int]:
        """Return the number of requests, and of those that satisfy `part`."""
        requests = list(found)
        return len(requests), sum(part(request) for request in requests)

    def codes(self, found: Iterator[Request]) -> Counter[str]:
        """Count errors by code."""
        return Counter(request.error_code or "no code" for request in found if failed(request))

    def routes(self, found: Iterator[Request]) -> dict[str, tuple[int, int]]:
        """Count requests and errors by route."""
        counted: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for request in found:
            counted[request.route or "no route"][0] += 1
            counted[request.route or "no route"][1] += failed(request)
        return {route: (every, errors) for route, (every, errors) in counted.items()}

    def codes_on_routes(self, found: Iterator[Request]) -> Counter[tuple[str, str]]:
        """Count errors by code and route."""
        return Counter(
            (request.error_code or "no code", request.route or "no route") for request in found if failed(request)
        )

    def customers(self, found: Iterator[Request]) -> Counter[str]:
        """Count errors by customer, without those of unknown customers."""
        return Counter(request.customer_id for request in found if failed(request) and request.customer_id)

    def hours(self) -> int:
        """Count the hours of the week that have a request."""
        return len({request.timestamp.replace(minute=0, second=0, microsecond=0) for request in self.of()})

    def who(self) -> dict[str, tuple[int, int]]:
        """Count the customers, and the callers without a customer, that met each code in the week."""
        customers: defaultdict[str, set[str]] = defaultdict(set)
        callers: defaultdict[str, set[str]] = defaultdict(set)
        for request in self.of():
            if failed(request) and request.caller:
                (customers if request.customer_id else callers)[request.error_code or "no code"].add(request.caller)
        return {code: (len(customers[code]), len(callers[code])) for code in {*customers, *callers}}


@cache
def _of_week(start: datetime) -> tuple[Request, ...]:
    return tuple(request for request in requests() if start <= request.timestamp < start + WEEK)


def failed(request: Request) -> bool:
    """Return whether a request counts as an error."""
    return request.status >= 400


def failed_by_us(request: Request) -> bool:
    """Return whether a request counts as a server error."""
    return request.status >= 500


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Compute Wilson's interval by the textbook formula."""
    share = part / whole
    middle = (share + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    half = Z / (1 + Z * Z / whole) * (share * (1 - share) / whole + Z * Z / (4 * whole * whole)) ** 0.5
    return middle - half, middle + half
