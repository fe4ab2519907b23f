"""What failed in a bucket or a span of time: with which codes, at whom, and requests that show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.error_series import ErrorSeries, error_series
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import TimeRange

_MOST_CALLERS, _MOST_EXAMPLES = 100, 50


@dataclass(frozen=True)
class FailingCaller:
    """Who failed: a customer, or where none is known the key's fingerprint or the address."""

    customer_id: str | None
    caller: str | None
    errors: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class SpanErrors:
    """A span's numbers: codes by bucket, the callers with most errors, and the newest examples.

    `customers` and `callers` count all, not only those listed; callers include customers.
    """

    series: ErrorSeries
    customers: int
    callers: int
    worst_callers: tuple[FailingCaller, ...]
    examples: tuple[dict[str, Any], ...]


def span_errors(store: Store, span: TimeRange, chosen: RequestFilter) -> SpanErrors:
    """Count what failed in a span, and find examples: the rows of the question failed_requests."""
    series = error_series(store, span, chosen)
    hours = span.whole_hours
    callers = question("failing_callers").rows(
        store,
        start=span.start,
        end=span.end,
        first_hour=hours.start,
        past_hour=hours.end,
        limit=_MOST_CALLERS,
        **chosen.of_requests,
        **chosen.of_errors,
    )
    examples = question("failed_requests").rows(
        store,
        start=_start_of_the_last(series, _MOST_EXAMPLES),
        end=span.end,
        limit=_MOST_EXAMPLES,
        **chosen.of_requests,
        **chosen.of_errors,
    )
    return SpanErrors(
        series,
        customers=callers[0]["customers"] if callers else 0,
        callers=callers[0]["callers"] if callers else 0,
        worst_callers=tuple(
            FailingCaller(row["customer_id"], row["caller"], int(row["requests"]), tuple(row["error_codes"]))
            for row in callers
        ),
        examples=tuple(examples),
    )


def _start_of_the_last(series: ErrorSeries, wanted: int) -> datetime:
    """When the last bucket begins from which on there are so many errors: nobody need look for them before."""
    found = 0
    for bucket, errors in zip(reversed(series.buckets), reversed(series.errors), strict=True):
        found += errors
        if found >= wanted:
            return max(series.range.start, bucket)
    return series.range.start


def worst_buckets(series: ErrorSeries, most: int | None = None) -> list[tuple[TimeRange, int]]:
    """What the range has of the buckets with most errors, and how many: worst first, at equal numbers the later first.

    Buckets without any are left out.
    """
    counted = [(errors, place) for place, errors in enumerate(series.errors) if errors]
    return [(series.part_at(place), errors) for errors, place in sorted(counted, reverse=True)[:most]]
