"""Count requests and errors by bucket over a range of time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import HOUR, TimeRange, seconds_of

OTHER_CODES = "other codes"
_MOST_CODES = 16


@dataclass(frozen=True)
class CodeSeries:
    """The errors with one code in each bucket. `is_ours` if any was answered with 500 or more."""

    name: str
    is_ours: bool
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """The number of errors in all buckets."""
        return sum(self.counts)


@dataclass(frozen=True)
class ErrorSeries:
    """The numbers of a chart, one per bucket. Codes are in stacking order, our own errors at the bottom."""

    range: TimeRange
    requests: tuple[int, ...]
    codes: tuple[CodeSeries, ...]

    @property
    def buckets(self) -> tuple[datetime, ...]:
        """The start of each bucket."""
        return self.range.buckets

    @cached_property
    def errors(self) -> tuple[int, ...]:
        """The errors with any code."""
        counts = [code.counts for code in self.codes]
        return tuple(map(sum, zip(*counts, strict=True))) if counts else (0,) * len(self.requests)

    @property
    def rates(self) -> tuple[float, ...]:
        """The share of requests that failed, 0 to 1; 0 in buckets without a request."""
        return self._among_requests(self.errors)

    def shares(self, code: CodeSeries) -> tuple[float, ...]:
        """Return the share of requests that failed with one code, 0 to 1."""
        return self._among_requests(code.counts)

    def bucket_at(self, index: int) -> TimeRange:
        """Return the whole bucket, even if the range begins or ends within it."""
        return TimeRange(self.buckets[index], self.buckets[index] + self.range.width)

    def part_at(self, index: int) -> TimeRange:
        """Return the part of a bucket that lies in the range."""
        return self.bucket_at(index).overlap(self.range) or self.range

    def _among_requests(self, counts: tuple[int, ...]) -> tuple[float, ...]:
        counted = zip(counts, self.requests, strict=True)
        return tuple(count / requests if requests else 0.0 for count, requests in counted)


def error_series(store: Store, within: TimeRange, chosen: RequestFilter) -> ErrorSeries:
    """Count a range's requests by bucket, and its errors by bucket and code.

    Of more than sixteen codes, all but the first fifteen are summed up.
    """
    hours = within.whole_hours if within.width >= HOUR else TimeRange(within.end, within.end)
    rows = question("requests_by_bucket").rows(
        store,
        start=within.start,
        end=within.end,
        first_hour=hours.start,
        past_hour=hours.end,
        seconds=seconds_of(within.width),
        **chosen.request_parameters,
    )
    index_of = {bucket: index for index, bucket in enumerate(within.buckets)}
    requests = [0] * len(index_of)
    for row in rows:
        requests[index_of[row["bucket"]]] += int(row["requests"])
    errors = [
        _Failed(
            index_of[row["bucket"]], code_name(row["error_code"], row["status"]), row["status"], int(row["requests"])
        )
        for row in rows
        if chosen.is_error(row["status"], row["error_code"])
    ]
    return ErrorSeries(within, tuple(requests), _by_code(errors, len(index_of)))


def code_name(error_code: str | None, status: int) -> str:
    """Return the error code, or a name made of the status class if no code was logged."""
    return f"no code, {status // 100}xx" if error_code is None else error_code


class _Failed(NamedTuple):
    """The requests that failed with a code and a status in a bucket, by its index."""

    bucket: int
    code: str
    status: int
    requests: int


def _by_code(errors: Iterable[_Failed], buckets: int) -> tuple[CodeSeries, ...]:
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * buckets)
    ours = set()
    for failed in errors:
        counts[failed.code][failed.bucket] += failed.requests
        if failed.status >= 500:
            ours.add(failed.code)
    codes = [CodeSeries(name, name in ours, tuple(numbers)) for name, numbers in counts.items()]
    return _limited(sorted(codes, key=lambda code: (not code.is_ours, -code.total, code.name)))


def _limited(codes: Sequence[CodeSeries]) -> tuple[CodeSeries, ...]:
    if len(codes) <= _MOST_CODES:
        return tuple(codes)
    shown, rest = codes[: _MOST_CODES - 1], codes[_MOST_CODES - 1 :]
    together = tuple(sum(counts) for counts in zip(*(code.counts for code in rest), strict=True))
    return (*shown, CodeSeries(OTHER_CODES, any(code.is_ours for code in rest), together))
