"""How many requests there were, and which errors, over a range of time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import HOUR, TimeRange, seconds_of

OTHER_CODES = "other codes"
_MOST_CODES = 16


@dataclass(frozen=True)
class CodeSeries:
    """Errors of one code, a number a bucket. `is_ours`: requests were answered with 500 or more."""

    name: str
    is_ours: bool
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """In all buckets."""
        return sum(self.counts)


@dataclass(frozen=True)
class ErrorSeries:
    """The numbers of a chart, one a bucket. The codes are in the order of a stack, our own errors at the bottom."""

    range: TimeRange
    requests: tuple[int, ...]
    codes: tuple[CodeSeries, ...]

    @property
    def buckets(self) -> tuple[datetime, ...]:
        """When they begin."""
        return self.range.buckets

    @cached_property
    def errors(self) -> tuple[int, ...]:
        """Those of all codes."""
        counts = [one.counts for one in self.codes]
        return tuple(map(sum, zip(*counts, strict=True))) if counts else (0,) * len(self.requests)

    @property
    def rates(self) -> tuple[float, ...]:
        """Errors among the requests, 0 to 1; 0 where there was no request."""
        return self._among_requests(self.errors)

    def shares(self, code: CodeSeries) -> tuple[float, ...]:
        """One code's part of that rate."""
        return self._among_requests(code.counts)

    def bucket_at(self, place: int) -> TimeRange:
        """The whole bucket, also where the range begins or ends within it."""
        return TimeRange(self.buckets[place], self.buckets[place] + self.range.width)

    def part_at(self, place: int) -> TimeRange:
        """What the range has of a bucket."""
        return self.bucket_at(place).overlap(self.range) or self.range

    def _among_requests(self, counts: tuple[int, ...]) -> tuple[float, ...]:
        counted = zip(counts, self.requests, strict=True)
        return tuple(count / requests if requests else 0.0 for count, requests in counted)


def error_series(store: Store, within: TimeRange, chosen: RequestFilter) -> ErrorSeries:
    """Count a range's requests by bucket and its errors by code. Codes beyond sixteen are one."""
    hours = within.whole_hours if within.width >= HOUR else TimeRange(within.end, within.end)
    rows = question("requests_by_bucket").rows(
        store,
        start=within.start,
        end=within.end,
        first_hour=hours.start,
        past_hour=hours.end,
        seconds=seconds_of(within.width),
        **chosen.of_requests,
    )
    place_of = {bucket: place for place, bucket in enumerate(within.buckets)}
    requests = [0] * len(place_of)
    for row in rows:
        requests[place_of[row["bucket"]]] += int(row["requests"])
    errors = [row for row in rows if chosen.is_error(row["status"], row["error_code"])]
    return ErrorSeries(within, tuple(requests), _by_code(errors, place_of))


def code_name(error_code: str | None, status: int) -> str:
    """What errors are called that are told apart by their code, or where none was logged by the status class."""
    return f"no code, {status // 100}xx" if error_code is None else error_code


def _by_code(errors: Iterable[dict[str, Any]], place_of: dict[datetime, int]) -> tuple[CodeSeries, ...]:
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(place_of))
    ours = set()
    for row in errors:
        name = code_name(row["error_code"], row["status"])
        counts[name][place_of[row["bucket"]]] += int(row["requests"])
        if row["status"] >= 500:
            ours.add(name)
    codes = [CodeSeries(name, name in ours, tuple(numbers)) for name, numbers in counts.items()]
    return _fewer(sorted(codes, key=lambda one: (not one.is_ours, -one.total, one.name)))


def _fewer(codes: Sequence[CodeSeries]) -> tuple[CodeSeries, ...]:
    if len(codes) <= _MOST_CODES:
        return tuple(codes)
    shown, rest = codes[: _MOST_CODES - 1], codes[_MOST_CODES - 1 :]
    together = tuple(sum(counts) for counts in zip(*(one.counts for one in rest), strict=True))
    return (*shown, CodeSeries(OTHER_CODES, any(one.is_ours for one in rest), together))
