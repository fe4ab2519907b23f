"""Numbers, spans of time and log values in words."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.catalogue.wording import counted, listed, one_line, spell_days, spell_seconds, spell_span


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (1, "request", "1 request"),
        (0, "request", "0 requests"),
        (1204, "query", "1,204 queries"),
        (2, "day", "2 days"),
        (3, "diagnosis", "3 diagnoses"),
        (2, "different key", "2 different keys"),
    ],
)
def test_things_are_counted(number: int, noun: str, expected: str) -> None:
    assert counted(number, noun) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(1, "1 second"), (90, "90 seconds"), (120, "2 minutes"), (9000, "2.5 hours"), (3 * 86400, "3.0 days")],
)
def test_spans_of_time(seconds: float, expected: str) -> None:
    assert spell_seconds(seconds) == expected


@pytest.mark.parametrize(
    ("words", "expected"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed(words: list[str], expected: str) -> None:
    assert listed(words) == expected


def test_no_words_are_no_list() -> None:
    with pytest.raises(ValueError, match="no word"):
        listed([])


@given(st.text())
def test_a_value_of_a_log_stays_on_one_short_line(value: str) -> None:
    line = one_line(value)
    assert len(line) <= 120
    assert line.isprintable()


@pytest.mark.parametrize(
    ("since", "until", "span", "days"),
    [
        ("2026-11-29T14:03", "2026-11-29T14:03", "on 29 November 2026 at 14:03 UTC", "on 29 November 2026"),
        ("2026-11-29T14:03", "2026-11-29T15:00", "on 29 November 2026 from 14:03 to 15:00 UTC", "on 29 November 2026"),
        ("2026-11-17T14:03", "2026-11-30T01:00", "from 17 to 30 November 2026", "from 17 to 30 November 2026"),
        ("2026-10-30T14:03", "2026-11-02T01:00", "from 30 October to 2 November 2026", None),
        ("2025-12-30T14:03", "2026-01-02T01:00", "from 30 December 2025 to 2 January 2026", None),
    ],
)
def test_a_span_is_written_as_people_write_it(since: str, until: str, span: str, days: str | None) -> None:
    start, end = datetime.fromisoformat(since), datetime.fromisoformat(until)
    assert spell_span(start, end) == span
    assert spell_days(start, end) == (days or span)
