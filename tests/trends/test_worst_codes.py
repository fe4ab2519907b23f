"""Compare the tiles with the sample, counted line by line."""

from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.trends.logged_time import LoggedTime, logged_time
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, HOUR, LENGTHS, MINUTE, TimeRange, last
from pixeldesk.trends.worst_codes import WorstNow, newest_part, worst_now
from tests.log_lines import failed_line, moment, request_line, write_lines
from tests.trends.recount import failed, matching, percentile, requests_of

ALL = RequestFilter()
OLDEST, NEWEST = datetime(2026, 11, 9), datetime(2026, 11, 22, 23, 59, 42, 698000)
NOON = datetime(2026, 11, 16, 12)
LOGGED = LoggedTime(OLDEST, NEWEST, ())


def worst_of(desk: Desk, within: TimeRange, chosen: RequestFilter = ALL) -> WorstNow:
    logged = logged_time(desk.store)
    assert logged
    part = newest_part(within, logged)
    assert part
    return worst_now(desk.store, part, chosen, logged)


@pytest.mark.parametrize(
    ("name", "minutes"), [("15 min", 3), ("1 h", 10), ("6 h", 60), ("24 h", 240), ("7 d", 1440), ("90 d", 1440)]
)
def test_the_newest_part_is_a_sixth_and_a_day_at_most(name: str, minutes: int) -> None:
    end = datetime(2026, 11, 23)
    assert newest_part(last(LENGTHS[name], NEWEST), LOGGED) == TimeRange(end - minutes * MINUTE, end)


def test_the_newest_part_is_of_what_the_logs_have() -> None:
    assert newest_part(TimeRange(NEWEST + DAY, NEWEST + 2 * DAY), LOGGED) is None
    end = datetime(2026, 11, 23)
    assert newest_part(TimeRange(end - HOUR, end + 5 * HOUR), LOGGED) == TimeRange(end - HOUR, end)
    assert newest_part(TimeRange(OLDEST - 6 * DAY, OLDEST + MINUTE), LOGGED) == TimeRange(OLDEST, OLDEST + MINUTE)


@pytest.mark.parametrize("chosen", [ALL, RequestFilter(host="web-3"), RequestFilter(server_errors_only=True)])
@pytest.mark.parametrize(
    "within",
    [
        last(HOUR, NEWEST),
        last(DAY, NEWEST),
        TimeRange(datetime(2026, 11, 14, 3, 7), datetime(2026, 11, 17, 11, 29)),
        TimeRange(datetime(2026, 11, 9), datetime(2026, 11, 12, 14, 29)),
    ],
    ids=["an hour", "a day", "days, to an outage", "too early to tell"],
)
def test_rate_and_codes_are_those_of_the_part_and_of_the_days_before(
    within: TimeRange, chosen: RequestFilter, sample_desk: Desk
) -> None:
    found = worst_of(sample_desk, within, chosen)
    days = [found.part.shifted(-day * DAY) for day in range(1, 15)]
    met = [matching(requests_of(day.start, day.end), chosen) for day in days if day.start >= OLDEST]
    met = met if len(met) >= 5 else []
    now = matching(requests_of(found.part.start, found.part.end), chosen)
    errors = failed(now, chosen)
    assert found.days == len(met)
    assert (found.rate.part, found.rate.whole) == (len(errors), len(now))
    rates = [len(failed(of_day, chosen)) / len(of_day) for of_day in met if of_day]
    assert found.usual_rate == (median(rates) if rates else None)
    assert len(found.codes) == min(4, len({error.error_code for error in errors}))
    for code in found.codes:
        before = [sum(error.error_code == code.name for error in failed(of_day, chosen)) for of_day in met]
        assert code.errors == sum(error.error_code == code.name for error in errors)
        assert code.usual == (median(before) if before else None)
        assert code.is_ours == any(error.status >= 500 for error in errors if error.error_code == code.name)
        high = percentile(before, 90) if before else code.errors
        assert code.stands_out == (code.errors >= 5 and code.errors >= 2 * median(before or [0]) and code.errors > high)


def days_of(code: str, *counts: int, at: datetime = NOON) -> list[dict[str, object]]:
    """Return as many errors with a code as `counts` says: today, on the day before, and so on."""
    return [
        failed_line(
            code,
            503 if code.startswith("ours") else 400,
            request_id=f"req_{code}{day:02}{n:03}",
            timestamp=f"{at - day * DAY + timedelta(seconds=n):%Y-%m-%dT%H:%M:%SZ}",
        )
        for day, count in enumerate(counts)
        for n in range(count)
    ]


def fill(desk: Desk, folder: Path, *lines: dict[str, object]) -> None:
    # A request in every hour of the days before, so that there is no gap, and noon's hour on the last day is whole.
    good = [
        request_line(request_id=f"req_Good{n:05}", timestamp=moment(3599 - n * 3600), customer_id="cus_good")
        for n in range(24 * 16)
    ]
    desk.ingest([str(write_lines(folder / "a.ndjson", [*good, *lines]))])


SIX_HOURS = TimeRange(NOON - 5 * HOUR, NOON + HOUR)


def test_codes_that_stand_out_come_first_by_errors_beyond_the_usual(desk: Desk, tmp_path: Path) -> None:
    fill(
        desk,
        tmp_path,
        *days_of("usual", *[50] * 15),
        *days_of("ours_new", 9),
        *days_of("risen", 60, *[20] * 14),
        *days_of("doubled", 70, *[35] * 14),
        *days_of("rare", 1),
    )
    found = worst_of(desk, SIX_HOURS)
    assert found.part == TimeRange(NOON, NOON + HOUR)
    assert [(code.name, code.errors, code.usual, code.stands_out) for code in found.codes] == [
        ("risen", 60, 20, True),
        ("doubled", 70, 35, True),
        ("ours_new", 9, 0, True),
        ("usual", 50, 50, False),
    ]
    assert (found.rate.part, found.rate.whole, found.days) == (190, 191, 14)
    assert found.usual_rate == pytest.approx(105 / 106)


def test_when_a_code_stands_out(desk: Desk, tmp_path: Path) -> None:
    numbers: list[tuple[tuple[int, ...], bool]] = [
        ((5,), True),
        ((4,), False),
        ((20, *[10] * 14), True),
        ((19, *[10] * 14), False),
        # As many on two of fourteen days are below the 90th percentile, on three they are at it.
        ((9, 9, 9), True),
        ((9, 9, 9, 9), False),
        ((10, 9, 9, 9), True),
    ]
    fill(desk, tmp_path, *(line for n, (counts, _) in enumerate(numbers) for line in days_of(f"code_{n}", *counts)))
    for n, (counts, stands_out) in enumerate(numbers):
        (code,) = worst_of(desk, SIX_HOURS, RequestFilter(error_code=f"code_{n}")).codes
        assert (code.errors, code.stands_out) == (counts[0], stands_out), counts


def test_nothing_stands_out_with_fewer_than_five_days(desk: Desk, tmp_path: Path) -> None:
    at = NOON - 11 * DAY
    fill(desk, tmp_path, *days_of("new", 40, at=at), *days_of("usual", *[50] * 4, at=at))
    found = worst_of(desk, TimeRange(at - 5 * HOUR, at + HOUR))
    assert [(code.name, code.usual, code.stands_out) for code in found.codes] == [
        ("usual", None, False),
        ("new", None, False),
    ]
    assert (found.days, found.usual_rate) == (0, None)


def test_a_part_without_errors_has_a_rate_and_no_codes(desk: Desk, tmp_path: Path) -> None:
    fill(desk, tmp_path)
    found = worst_of(desk, SIX_HOURS)
    assert (found.codes, found.rate.share, found.usual_rate) == ((), 0.0, 0.0)
