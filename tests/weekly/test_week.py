"""Check weeks against ISO 8601, in UTC whatever the time zone of the machine."""

import time
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixeldesk.errors import UsageError
from pixeldesk.weekly.week import Week, weeks_between

MONDAY = datetime(2026, 11, 16)


@hypothesis_settings(deadline=None)
@given(st.dates(min_value=date(1001, 1, 1), max_value=date(2999, 12, 1)))
def test_a_written_week_is_parsed_back(day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 13, 30)
    week = Week.of(moment)
    assert Week.parse(str(week)) == week
    assert week.start <= moment < week.end
    assert (week.start.isoweekday(), week.end - week.start) == (1, timedelta(days=7))
    assert week.earlier(1).end == week.start
    assert week.earlier(53).earlier(-53) == week


def test_a_week_begins_at_midnight_and_excludes_its_end() -> None:
    week = Week(2026, 47)
    assert (week.start, week.last_day, week.end) == (MONDAY, datetime(2026, 11, 22), datetime(2026, 11, 23))
    assert Week.of(MONDAY) == week
    assert Week.of(MONDAY - timedelta(microseconds=1)) == Week(2026, 46)
    assert Week.of(week.end) == Week(2026, 48)


def test_a_year_may_have_a_53rd_week() -> None:
    last = Week.parse("2026-W53")
    assert (last.start, last.end) == (datetime(2026, 12, 28), datetime(2027, 1, 4))
    assert Week.of(datetime(2027, 1, 3, 23, 59)) == last
    assert (last.earlier(1), last.earlier(-1)) == (Week(2026, 52), Week(2027, 1))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2027-W53", "2027 has no week 53"),
        ("2026-W00", "2026 has no week 0"),
        ("2026-W99", "2026 has no week 99"),
        ("2026-47", "is not a week; write it like 2026-W47"),
        ("2026-W4", "is not a week"),
        ("2026-W47-1", "is not a week"),
        ("٢٠٢٦-W47", "is not a week"),
        ("0001-W01", "is not a week"),
        ("last week", "is not a week"),
        ("", "is not a week"),
    ],
)
def test_a_malformed_week_is_refused_in_one_line(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as raised:
        Week.parse(text)
    assert "\n" not in str(raised.value)


def test_a_week_may_be_written_in_lower_case() -> None:
    assert Week.parse(" 2026-w47 ") == Week(2026, 47)


def test_weeks_between_are_newest_first_and_whole() -> None:
    assert weeks_between(MONDAY, MONDAY) == [Week(2026, 47)]
    found = weeks_between(datetime(2026, 12, 21, 5), datetime(2027, 1, 4))
    assert [str(week) for week in found] == ["2027-W01", "2026-W53", "2026-W52"]


def test_the_zone_of_the_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    summer_ends = datetime(2026, 10, 25, 23, 59, 59)
    plain = [(Week.of(summer_ends), Week.of(summer_ends).start, Week.of(summer_ends).end)]
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        week = Week.of(summer_ends)
        assert [(week, week.start, week.end)] == plain
        assert (week.end - week.start) == timedelta(hours=168)
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
