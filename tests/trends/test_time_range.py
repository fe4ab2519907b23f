"""Compare ranges and their buckets with the arithmetic of the clock."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.trends.time_range import DAY, HOUR, LENGTHS, LONGEST, MINUTE, TimeRange, last

NOON = datetime(2026, 11, 16, 12)
WIDTHS = {"15 min": 1, "1 h": 1, "6 h": 5, "24 h": 15, "7 d": 60, "30 d": 360, "90 d": 1440}


@pytest.mark.parametrize("name", LENGTHS)
def test_the_usual_lengths_have_round_buckets(name: str) -> None:
    within = last(LENGTHS[name], NOON + timedelta(seconds=59.5))
    assert within == TimeRange(NOON + MINUTE - LENGTHS[name], NOON + MINUTE)
    assert within.width == timedelta(minutes=WIDTHS[name])
    assert 15 <= len(within.buckets) <= 180


def test_the_minute_of_the_newest_record_is_the_last() -> None:
    assert last(HOUR, NOON).end == last(HOUR, NOON + timedelta(seconds=59.999999)).end == NOON + MINUTE


@hypothesis_settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(15, LONGEST // MINUTE))
def test_buckets_cover_a_range_and_nothing_else(start: int, length: int) -> None:
    within = TimeRange(NOON + start * MINUTE, NOON + (start + length) * MINUTE)
    width, buckets = within.width, within.buckets
    assert 15 <= len(buckets) <= 180
    assert buckets[0] <= within.start < buckets[0] + width
    assert buckets[-1] < within.end <= buckets[-1] + width
    assert [start + width for start in buckets[:-1]] == [*buckets[1:]]
    midnight = datetime(buckets[0].year, buckets[0].month, buckets[0].day)
    assert (buckets[0] - midnight) % width == timedelta(0)


@hypothesis_settings(deadline=None)
@given(st.integers(0, 10**5), st.integers(1, 10**5))
def test_whole_hours_are_the_full_hours_of_the_clock(start: int, length: int) -> None:
    within = TimeRange(NOON + start * MINUTE, NOON + (start + length) * MINUTE)
    first = within.start if within.start.minute == 0 else within.start.replace(minute=0) + HOUR
    past = within.end.replace(minute=0)
    expected = TimeRange(first, past) if first < past else TimeRange(within.end, within.end)
    assert within.whole_hours == expected


def test_the_overlap_of_two_ranges() -> None:
    hour = TimeRange(NOON, NOON + HOUR)
    assert hour.overlap(hour.shifted(HOUR)) is None
    assert hour.overlap(hour.shifted(HOUR - MINUTE)) == TimeRange(NOON + HOUR - MINUTE, NOON + HOUR)
    assert hour.shifted(-DAY).overlap(TimeRange(NOON - 2 * DAY, NOON)) == hour.shifted(-DAY)
    assert hour.contains(hour) and not hour.contains(hour.shifted(MINUTE))
