"""Count what failed in a bucket or a span of time, by code and caller, with example requests."""

from dataclasses import dataclass
from datetime import datetime

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.error_series import ErrorSeries, error_series
from pixeldesk.trends.listed_request import ListedRequest
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import TimeRange

_MOST_CALLERS, _MOST_EXAMPLES = 100, 50


@dataclass(frozen=True)
class FailingCaller:
    """A caller with errors: the customer, or if unknown the key's fingerprint or the client address."""

    customer_id: str | None
    caller: str | None
    errors: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class SpanErrors:
    """A span's errors by code and bucket, the callers with most errors, and the newest examples.

    `customers` and `callers` count all, not only those listed. Callers include customers.
    """

    series: ErrorSeries
    customers: int
    callers: int
    worst_callers: tuple[FailingCaller, ...]
    examples: tuple[ListedRequest, ...]


def span_errors(store: Store, span: TimeRange, chosen: RequestFilter) -> SpanErrors:
    """Count what failed in a span, and find the newest requests of it."""
    series = error_series(store, span, chosen)
    hours = span.whole_hours
    callers = question("failing_callers").rows(
        store,
        start=span.start,
        end=span.end,
        first_hour=hours.start,
        past_hour=hours.end,
        limit=_MOST_CALLERS,
        **chosen.request_parameters,
        **chosen.error_parameters,
    )
    examples = question("failed_requests").rows(
        store,
        start=_start_of_the_last(series, _MOST_EXAMPLES),
        end=span.end,
        limit=_MOST_EXAMPLES,
        **chosen.request_parameters,
        **chosen.error_parameters,
    )
    return SpanErrors(
        series,
        customers=callers[0]["customers"] if callers else 0,
        callers=callers[0]["callers"] if callers else 0,
        worst_callers=tuple(
            FailingCaller(row["customer_id"], row["caller"], int(row["requests"]), tuple(row["error_codes"]))
            for row in callers
        ),
        examples=tuple(ListedRequest.of_rows(examples)),
    )


def _start_of_the_last(series: ErrorSeries, wanted: int) -> datetime:
    """Return the latest time from which there are `wanted` errors, so that the search for examples can start there."""
    found = 0
    for bucket, errors in zip(reversed(series.buckets), reversed(series.errors), strict=True):
        found += errors
        if found >= wanted:
            return max(series.range.start, bucket)
    return series.range.start


def worst_buckets(series: ErrorSeries, most: int | None = None) -> list[tuple[TimeRange, int]]:
    """Return the buckets with most errors, as far as they lie in the range, each with its number of errors.

    The worst come first, of equal numbers the later. Buckets without errors are left out.
    """
    counted = [(errors, index) for index, errors in enumerate(series.errors) if errors]
    return [(series.part_at(index), errors) for errors, index in sorted(counted, reverse=True)[:most]]
