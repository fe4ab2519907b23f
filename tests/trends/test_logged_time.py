"""Check the time that the logs cover, and which buckets they cover only in part."""

from datetime import datetime
from pathlib import Path

from pixeldesk.desk.desk import Desk
from pixeldesk.trends.live_errors import live_errors
from pixeldesk.trends.logged_time import logged_time
from pixeldesk.trends.request_filter import RequestFilter
from pixeldesk.trends.time_range import DAY, HOUR, MINUTE, TimeRange
from tests.log_lines import moment, request_line, write_lines

NOON = datetime(2026, 11, 16, 12)
ALL = RequestFilter()


def fill(desk: Desk, folder: Path, *hours: float) -> None:
    lines = [request_line(request_id=f"req_At{n:06}", timestamp=moment(hour * 3600)) for n, hour in enumerate(hours)]
    desk.ingest([str(write_lines(folder / "a.ndjson", lines))])


def test_an_empty_store_has_none(desk: Desk) -> None:
    assert logged_time(desk.store) is None


def test_hours_without_logs_are_missing(desk: Desk, tmp_path: Path) -> None:
    fill(desk, tmp_path, 0.51, 1, 4.2, 5, 7.999)
    logged = logged_time(desk.store)
    assert logged
    assert logged.first_minute == NOON + 30 * MINUTE
    gaps = [TimeRange(NOON + 2 * HOUR, NOON + 4 * HOUR), TimeRange(NOON + 6 * HOUR, NOON + 7 * HOUR)]
    before = TimeRange(NOON - DAY, NOON + 30 * MINUTE)
    after = TimeRange(NOON + 8 * HOUR, NOON + DAY)
    assert logged.missing(TimeRange(NOON - DAY, NOON + DAY)) == (before, *gaps, after)
    assert logged.missing(TimeRange(NOON + 3 * HOUR, NOON + 5 * HOUR)) == (TimeRange(NOON + 3 * HOUR, NOON + 4 * HOUR),)
    assert logged.missing(TimeRange(NOON + HOUR, NOON + 2 * HOUR)) == ()
    far = TimeRange(NOON + 9 * DAY, NOON + 10 * DAY)
    assert logged.missing(far) == (far,)


def partial(desk: Desk, within: TimeRange) -> list[int]:
    logged = logged_time(desk.store)
    assert logged
    live = live_errors(desk.store, within, ALL, logged)
    return [index for index in range(len(within.buckets)) if live.is_partial(index)]


def test_buckets_are_partial_where_the_logs_or_the_range_begin_and_end(desk: Desk, tmp_path: Path) -> None:
    fill(desk, tmp_path, 0.01, 1, 2, 3, 4.01)
    # Buckets of 5 minutes: the newest record is within its bucket.
    assert partial(desk, TimeRange(NOON + 2 * HOUR, NOON + 5 * HOUR)) == [24]
    # The range ends within a bucket that the logs have whole, and begins within one.
    assert partial(desk, TimeRange(NOON + 2 * MINUTE, NOON + 4 * HOUR - MINUTE)) == [0, 47]
    # The range is whole buckets in the midst of the logs, or has nothing of them.
    assert partial(desk, TimeRange(NOON + HOUR, NOON + 4 * HOUR)) == []
    assert partial(desk, TimeRange(NOON + 5 * HOUR, NOON + 8 * HOUR)) == []
    assert partial(desk, TimeRange(NOON - 3 * HOUR, NOON)) == []


def test_a_bucket_is_whole_when_a_record_is_at_its_end(desk: Desk, tmp_path: Path) -> None:
    fill(desk, tmp_path, 0, 1)
    assert partial(desk, TimeRange(NOON, NOON + HOUR)) == []
    assert partial(desk, TimeRange(NOON, NOON + HOUR + MINUTE)) == [60]
