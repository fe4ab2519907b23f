"""Numbers, spans of time and log values in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixeldesk.catalogue.wording import counted, listed, one_line, spell_seconds


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
