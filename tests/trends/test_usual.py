"""Compare what is usual with the same numbers taken from the sample line by line."""

import random
from datetime import datetime
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.trends.logged_time import LoggedTime, logged_time
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, HOUR, LENGTHS, MINUTE, TimeRange, last
from pixeldesk.trends.usual import Band, Usual, usual
from tests.log_lines import failed_line, request_line, write_lines
from tests.trends.recount import failed, matching, percentile, requests_of

ALL = RequestFilter()
OLDEST, NEWEST = datetime(2026, 11, 9), datetime(2026, 11, 22, 23, 59, 42, 698000)


def band_of(values: list[float]) -> tuple[float, float] | None:
    return (percentile(values, 10), percentile(values, 90)) if len(values) >= 5 else None


def usual_of(desk: Desk, within: TimeRange, chosen: RequestFilter = ALL) -> Usual:
    logged = logged_time(desk.store)
    assert logged
    return usual(desk.store, within, chosen, logged)


def ends(band: Band | None) -> object:
    return pytest.approx((band.low, band.high)) if band else None


@pytest.mark.parametrize(
    "chosen",
    [
        ALL,
        RequestFilter(error_code="invalid_api_key", environment="production"),
        RequestFilter(server_errors_only=True, host="web-3"),
    ],
    ids=["all", "code and environment", "5xx and host"],
)
@pytest.mark.parametrize("name", ["15 min", "6 h", "24 h", "7 d", "30 d"])
def test_each_band_is_that_of_the_whole_days_before(name: str, chosen: RequestFilter, sample_desk: Desk) -> None:
    within = last(LENGTHS[name], NEWEST)
    found = usual_of(sample_desk, within, chosen)
    indexes = range(len(within.buckets))
    for index in random.Random(name).sample(indexes, 5):
        errors: list[float] = []
        requests: list[float] = []
        rates: list[float] = []
        for day in range(1, 15):
            start = within.buckets[index] - day * DAY
            if start >= OLDEST:
                met = matching(requests_of(start, start + within.width), chosen)
                errors.append(len(failed(met, chosen)))
                requests.append(len(met))
                rates += [len(failed(met, chosen)) / len(met)] if met else []
        assert ends(found.errors[index]) == band_of(errors)
        assert ends(found.requests[index]) == band_of(requests)
        assert ends(found.rates[index]) == band_of(rates)


def test_a_customer_has_bands_of_its_own(sample_desk: Desk) -> None:
    customer = next(request.customer_id for request in requests_of(NEWEST - HOUR, NEWEST) if request.customer_id)
    for within in (last(6 * HOUR, NEWEST), last(7 * DAY, NEWEST)):
        found = usual_of(sample_desk, within, RequestFilter(customer_id=customer))
        days = [within.buckets[-1] - day * DAY for day in range(1, 15)]
        met = [
            len([request for request in requests_of(start, start + within.width) if request.customer_id == customer])
            for start in days
            if start >= OLDEST
        ]
        assert ends(found.requests[-1]) == band_of([float(count) for count in met])


def lines_of_days(days: list[int], at: int = 12) -> list[dict[str, object]]:
    """Return a request at 00:30 of each day of November, and on each of `days` as many errors as the day's number."""
    good = [
        request_line(request_id=f"req_Good{day:04}", timestamp=f"2026-11-{day:02}T00:30:00Z") for day in range(1, 30)
    ]
    bad = [
        failed_line(
            "invalid_body", 400, request_id=f"req_Day{day:02}{n:03}", timestamp=f"2026-11-{day:02}T{at:02}:00:{n:02}Z"
        )
        for day in days
        for n in range(day)
    ]
    return [*good, *bad]


def test_fewer_than_five_days_give_no_band(desk: Desk, tmp_path: Path) -> None:
    # Hours without logs are not hours without errors: each of these days counts at noon only.
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines_of_days([*range(1, 6)])))])
    for day, band in ((5, None), (6, Band(1.4, 4.6))):
        noon = datetime(2026, 11, day, 12)
        found = usual_of(desk, TimeRange(noon, noon + 3 * DAY))
        assert found.errors[0] == (pytest.approx(band) if band is None else band)
        assert found.errors[1] is None
        assert found.rates[0] == (None if band is None else Band(1.0, 1.0))


def test_a_range_with_a_gap_is_not_whole() -> None:
    gap = TimeRange(datetime(2026, 11, 10, 3), datetime(2026, 11, 10, 5))
    logged = LoggedTime(OLDEST, NEWEST, (gap,))
    assert not logged.is_whole(TimeRange(datetime(2026, 11, 10, 4, 30), datetime(2026, 11, 10, 6)))
    assert logged.is_whole(TimeRange(gap.end, gap.end + HOUR)) and logged.is_whole(
        TimeRange(gap.start - HOUR, gap.start)
    )
    assert not logged.is_whole(TimeRange(OLDEST - MINUTE, OLDEST + MINUTE))
    assert not logged.is_whole(TimeRange(NEWEST - MINUTE, NEWEST + MINUTE))


def test_exactly_a_fortnight_is_compared(desk: Desk, tmp_path: Path) -> None:
    at_noon = [
        request_line(request_id=f"req_Noon{day:04}", timestamp=f"2026-11-{day:02}T12:30:00Z") for day in range(1, 30)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [*lines_of_days([1, 2, 14, 15, 16]), *at_noon]))])
    noon = datetime(2026, 11, 15, 12)
    # Of the 15th the 1st is a fortnight before; of the 16th the 2nd.
    first = band_of([1, 2, *[0] * 11, 14])
    second = band_of([2, *[0] * 11, 14, 15])
    found = usual_of(desk, TimeRange(noon, noon + 3 * DAY))
    assert (ends(found.errors[0]), ends(found.errors[24])) == (first, second)
