"""Compare a drill-down with the sample, counted line by line."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.trends.error_series import error_series
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.span_errors import span_errors, worst_buckets
from pixeldesk.trends.time_range import DAY, HOUR, MINUTE, TimeRange
from tests.log_lines import failed_line, moment, write_lines
from tests.sample_lines import Request
from tests.trends.recount import failed, matching, requests_of

NOON = datetime(2026, 11, 16, 12)
OUTAGE = datetime(2026, 11, 17, 10, 16)
ALL = RequestFilter()


def newest_first(requests: list[Request]) -> list[tuple[datetime, str]]:
    by_id = sorted(requests, key=lambda request: request.request_id)
    ordered = sorted(by_id, key=lambda request: request.timestamp, reverse=True)
    return [(request.timestamp, request.request_id) for request in ordered]


@pytest.mark.parametrize(
    "chosen",
    [
        ALL,
        RequestFilter(server_errors_only=True),
        RequestFilter(error_code="ingest_unavailable", host="web-3"),
        RequestFilter(error_code="identify_unavailable"),
        RequestFilter(environment="development"),
    ],
    ids=["all", "5xx", "code and host", "rare code", "environment"],
)
@pytest.mark.parametrize(
    "span",
    [
        TimeRange(OUTAGE, OUTAGE + MINUTE),
        TimeRange(OUTAGE, OUTAGE + 40 * MINUTE),
        TimeRange(OUTAGE, OUTAGE + 5 * HOUR + 7 * MINUTE),
        TimeRange(datetime(2026, 11, 9), datetime(2026, 11, 23)),
    ],
    ids=["a minute", "within an hour", "hours", "all"],
)
def test_codes_callers_and_examples(span: TimeRange, chosen: RequestFilter, sample_desk: Desk) -> None:
    found = span_errors(sample_desk.store, span, chosen)
    errors = failed(matching(requests_of(span.start, span.end), chosen), chosen)
    assert {code.name: code.total for code in found.series.codes} == Counter(error.error_code for error in errors)
    counted = Counter((error.customer_id, error.caller) for error in errors)
    assert (found.customers, found.callers) == (sum(bool(customer) for customer, _ in counted), len(counted))
    listed = [(caller.customer_id, caller.caller, caller.errors) for caller in found.worst_callers]
    assert Counter({(customer, caller): count for customer, caller, count in listed}) <= counted
    assert sorted((count for _, _, count in listed), reverse=True) == [count for _, _, count in listed]
    assert sum(count for _, _, count in listed) == sum(count for _, count in counted.most_common(100))
    for worst in found.worst_callers:
        own = [error for error in errors if (error.customer_id, error.caller) == (worst.customer_id, worst.caller)]
        assert worst.codes == tuple(sorted({str(error.error_code) for error in own}))
    examples = [(row.timestamp, row.request_id) for row in found.examples]
    assert examples == newest_first(errors)[:50]


def test_edges_to_the_microsecond_and_implausible_times(desk: Desk, tmp_path: Path) -> None:
    times = [moment(at) for at in (-0.000001, 0, 3599.999999, 3600, 5399.999999, 5400)]
    lines = [
        failed_line("invalid_body", 400, request_id=f"req_Edge{n:04}", timestamp=at, customer_id=f"cus_{n}")
        for n, at in enumerate([*times, "1970-01-01T00:00:00Z"])
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    for minutes, expected in ((60, [1, 2]), (90, [1, 2, 3, 4])):
        found = span_errors(desk.store, TimeRange(NOON, NOON + minutes * MINUTE), ALL)
        assert [caller.customer_id for caller in found.worst_callers] == [f"cus_{n}" for n in expected]
        assert [row.customer_id for row in found.examples] == [f"cus_{n}" for n in reversed(expected)]
    midnight = datetime(1970, 1, 1)
    for start, end in ((midnight, midnight + 30 * MINUTE), (midnight - HOUR, midnight + 30 * MINUTE)):
        found = span_errors(desk.store, TimeRange(start, end), ALL)
        assert (found.customers, found.callers, found.worst_callers, found.examples) == (0, 0, (), ())


def test_callers_without_a_known_customer(desk: Desk, tmp_path: Path) -> None:
    nobody: dict[str, object] = {"customer_id": None, "api_key": None, "client": None}
    who: list[dict[str, object]] = [
        {},
        {**nobody, "api_key": {"fingerprint": "0123456789abcdef"}},
        {**nobody, "client": {"ip": "192.0.2.1"}},
        nobody,
    ]
    lines = [
        failed_line("invalid_body", 400, request_id=f"req_Who{n}{again:04}", timestamp=moment(n), **fields)
        for n, fields in enumerate(who)
        for again in range(4 - n)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    for length in (MINUTE, HOUR):
        found = span_errors(desk.store, TimeRange(NOON, NOON + length), ALL)
        assert [(caller.customer_id, caller.caller, caller.errors) for caller in found.worst_callers] == [
            ("cus_0184", "cus_0184", 4),
            (None, "0123456789abcdef", 3),
            (None, "192.0.2.1", 2),
            (None, None, 1),
        ]
        assert (found.customers, found.callers) == (1, 4)


def test_the_worst_buckets_are_those_with_most_errors(desk: Desk, tmp_path: Path) -> None:
    lines = [
        failed_line("invalid_body", 400, request_id=f"req_Bad{minute:03}{n:03}", timestamp=moment(minute * 60 + n))
        for minute, count in ((1, 3), (2, 5), (7, 3), (9, 1))
        for n in range(count)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    series = error_series(desk.store, TimeRange(NOON, NOON + HOUR), ALL)
    found = [((span.start - NOON) // MINUTE, span.length, errors) for span, errors in worst_buckets(series)]
    assert found == [(2, MINUTE, 5), (7, MINUTE, 3), (1, MINUTE, 3), (9, MINUTE, 1)]
    assert worst_buckets(series, 2) == worst_buckets(series)[:2]
    long = error_series(desk.store, TimeRange(NOON + 2 * MINUTE, NOON + 2 * DAY), ALL)
    assert worst_buckets(long) == [(TimeRange(NOON + 2 * MINUTE, NOON + HOUR), 9)]


def test_examples_are_found_where_errors_are_rare(desk: Desk, tmp_path: Path) -> None:
    hours = [0, 5, 9, 30, 31]
    lines = [
        failed_line("invalid_body", 400, request_id=f"req_Rare{hour:02}{n:03}", timestamp=moment(hour * 3600 + n))
        for hour in hours
        for n in range(20)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    found = span_errors(desk.store, TimeRange(NOON, NOON + 3 * DAY), ALL)
    newest = [(NOON + hour * HOUR + timedelta(seconds=n)) for hour in (31, 30, 9) for n in reversed(range(20))]
    assert [row.timestamp for row in found.examples] == newest[:50]
