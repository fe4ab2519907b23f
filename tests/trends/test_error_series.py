"""Compare the numbers of the chart with a recount in plain Python."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.trends.error_series import OTHER_CODES, error_series
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, HOUR, LENGTHS, MINUTE, TimeRange, last
from tests.log_lines import failed_line, moment, request_line, write_lines
from tests.trends.recount import failed, matching, numbers, requests_of

NOON = datetime(2026, 11, 16, 12)
NEWEST = datetime(2026, 11, 22, 23, 59, 42)
ALL = RequestFilter()


def assert_recounted(desk: Desk, within: TimeRange, chosen: RequestFilter) -> int:
    """Compare requests, errors and codes of each bucket. Returns the number of errors."""
    series = error_series(desk.store, within, chosen)
    requests = matching(requests_of(within.start, within.end), chosen)
    errors = failed(requests, chosen)
    assert series.requests == numbers(requests, within)
    assert series.errors == numbers(errors, within)
    by_code = {code.name: code for code in series.codes}
    assert len(by_code) == len(series.codes)
    for name in {error.error_code for error in errors}:
        with_code = [error for error in errors if error.error_code == name]
        assert by_code[str(name)].counts == numbers(with_code, within)
        assert by_code[str(name)].is_ours == any(error.status >= 500 for error in with_code)
    assert sum(code.total for code in series.codes) == len(errors)
    order = [(not code.is_ours, -code.total, code.name) for code in series.codes]
    assert order == sorted(order)
    return len(errors)


@pytest.mark.parametrize("name", LENGTHS)
def test_each_usual_length(name: str, sample_desk: Desk) -> None:
    assert assert_recounted(sample_desk, last(LENGTHS[name], NEWEST), ALL) > 10


def some_ranges() -> Iterator[TimeRange]:
    """Yield ranges of many lengths that begin and end anywhere in the logs, also within an hour."""
    chance = random.Random(4)
    for length in (1, 7, 59, 178, 179, 1440, 2671, 5000, 10_681, 14_000):
        start = datetime(2026, 11, 9) + chance.randrange(14 * 1440 - length) * MINUTE
        yield TimeRange(start, start + length * MINUTE)


def test_ranges_that_begin_and_end_anywhere(sample_desk: Desk) -> None:
    for within in some_ranges():
        assert_recounted(sample_desk, within, ALL)


def test_each_filter_alone_and_together(sample_desk: Desk) -> None:
    outage = next(
        request
        for request in requests_of(datetime(2026, 11, 17, 11), datetime(2026, 11, 17, 12))
        if request.error_code == "ingest_unavailable"
    )
    here = RequestFilter(environment=outage.environment, route=outage.route, host=outage.host)
    filters = [
        RequestFilter(environment=outage.environment),
        RequestFilter(route=outage.route),
        RequestFilter(host=outage.host),
        RequestFilter(customer_id=outage.customer_id),
        RequestFilter(error_code="ingest_unavailable"),
        RequestFilter(server_errors_only=True),
        replace(here, customer_id=outage.customer_id, error_code="ingest_unavailable"),
        replace(here, server_errors_only=True),
    ]
    for chosen in filters:
        for length in (90 * MINUTE, 3 * DAY + 7 * MINUTE):
            within = TimeRange(datetime(2026, 11, 17, 10, 41), datetime(2026, 11, 17, 10, 41) + length)
            assert assert_recounted(sample_desk, within, chosen) > 0
    assert assert_recounted(sample_desk, last(DAY, NEWEST), RequestFilter(customer_id="cus_nobody")) == 0


def test_a_range_is_half_open_to_the_microsecond(desk: Desk, tmp_path: Path) -> None:
    seconds = [-0.000001, 0, 59.999999, 60, 3599.999999, 3600, 86399.999999, 86400]
    lines = [
        failed_line("invalid_body", 400, request_id=f"req_Edge{n:04}", timestamp=moment(at))
        for n, at in enumerate(seconds)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    for length, expected in ((MINUTE, 2), (HOUR, 4), (DAY, 6), (3 * DAY, 7)):
        for chosen in (ALL, RequestFilter(customer_id="cus_0184")):
            series = error_series(desk.store, TimeRange(NOON, NOON + length), chosen)
            assert (sum(series.errors), sum(series.requests)) == (expected, expected)


def test_lines_with_an_implausible_time_count_nowhere(desk: Desk, tmp_path: Path) -> None:
    fields = [{"timestamp": "1970-01-01T00:00:00Z"}, {"timestamp": moment(5)}]
    lines = [failed_line("invalid_body", 400, request_id=f"req_Time{n:04}", **times) for n, times in enumerate(fields)]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    for chosen in (ALL, RequestFilter(customer_id="cus_0184")):
        for within in (TimeRange(datetime(1970, 1, 1), datetime(1970, 1, 2)), TimeRange(NOON, NOON + HOUR)):
            assert sum(error_series(desk.store, within, chosen).errors) == (within.start == NOON)


def test_a_range_without_requests_is_all_zeros(desk: Desk) -> None:
    series = error_series(desk.store, TimeRange(NOON, NOON + HOUR), ALL)
    assert (series.requests, series.errors, series.codes) == ((0,) * 60, (0,) * 60, ())
    assert series.rates == (0.0,) * 60


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_no_clock_change_moves_a_bucket(zone: str, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    # Berlin's night of 25 October 2026 has the hour from 02:00 on twice: 00:00 and 01:00 UTC.
    start = datetime(2026, 10, 24, 12)
    lines = [
        failed_line(
            "invalid_body", 400, request_id=f"req_Hour{n:04}", timestamp=f"{start + n * HOUR:%Y-%m-%dT%H:%M:%SZ}"
        )
        for n in range(72)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    assert error_series(desk.store, TimeRange(start, start + 3 * DAY), ALL).errors == (1,) * 72
    two_days = error_series(desk.store, TimeRange(start, start + 40 * HOUR), ALL)
    assert two_days.errors == (1, 0, 0, 0) * 40


def test_errors_without_a_code_are_counted_by_status_class(desk: Desk, tmp_path: Path) -> None:
    lines = [
        request_line(request_id=f"req_Bare{status}{n}", status=status, timestamp=moment(n))
        for status, count in ((404, 3), (500, 2), (502, 1), (302, 5))
        for n in range(count)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    codes = error_series(desk.store, TimeRange(NOON, NOON + HOUR), ALL).codes
    assert [(code.name, code.is_ours, code.total) for code in codes] == [
        ("no code, 5xx", True, 3),
        ("no code, 4xx", False, 3),
    ]


def test_of_very_many_codes_the_rest_is_summed_up(desk: Desk, tmp_path: Path) -> None:
    lines = [
        failed_line(f"code_{n:02}", 503 if n == 39 else 400, request_id=f"req_Many{n:02}{again:02}")
        for n in range(40)
        for again in range(n // 10 + 1)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    series = error_series(desk.store, TimeRange(NOON, NOON + HOUR), ALL)
    assert len(series.codes) == 16
    assert (series.codes[0].name, series.codes[0].is_ours) == ("code_39", True)
    assert (series.codes[-1].name, series.codes[-1].total) == (OTHER_CODES, len(lines) - 4 - 9 * 4 - 5 * 3)
    assert sum(series.errors) == len(lines)


def test_shares_and_rates_are_of_all_requests(sample_desk: Desk) -> None:
    within = TimeRange(datetime(2026, 11, 17, 10), datetime(2026, 11, 17, 13))
    chosen = RequestFilter(error_code="ingest_unavailable", host="web-3")
    series = error_series(sample_desk.store, within, chosen)
    requests = numbers(matching(requests_of(within.start, within.end), chosen), within)
    (code,) = series.codes
    assert series.rates == series.shares(code)
    assert series.rates == tuple(
        count / whole if whole else 0 for count, whole in zip(code.counts, requests, strict=True)
    )
    assert max(series.rates) > 0.3


def test_a_bucket_at_the_edge_is_cut_to_the_range(sample_desk: Desk) -> None:
    within = TimeRange(NOON + 7 * MINUTE, NOON + 5 * HOUR + timedelta(minutes=8))
    series = error_series(sample_desk.store, within, ALL)
    assert within.width == 5 * MINUTE
    assert series.bucket_at(0) == TimeRange(NOON + 5 * MINUTE, NOON + 10 * MINUTE)
    assert series.part_at(0) == TimeRange(NOON + 7 * MINUTE, NOON + 10 * MINUTE)
    assert series.part_at(-1 + len(series.buckets)).end == within.end
