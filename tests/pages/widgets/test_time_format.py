"""Times as pages format them."""

import pytest
import streamlit as st

from pixeldesk.pages.widgets import time_format

AT = "2026-11-16T23:45:01.005Z"


def test_a_time_in_full_has_its_day_and_its_milliseconds() -> None:
    assert time_format.in_full(AT) == "Mon 16 Nov 2026, 23:45:01.005 UTC"
    assert time_format.with_milliseconds(AT) == "16 Nov 23:45:01.005"
    assert time_format.to_the_minute(AT) == "16 Nov 2026 23:45"


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Europe/Berlin", "Tue 17 Nov 00:45:01 in Europe/Berlin"),
        ("America/New_York", "18:45:01 in America/New_York"),
        ("UTC", None),
        ("Africa/Abidjan", None),
        ("../../etc/passwd", None),
        ("![x](http://evil.example)", None),
        (None, None),
    ],
)
def test_the_viewers_zone_names_the_day_only_where_it_differs(
    monkeypatch: pytest.MonkeyPatch, zone: str | None, written: str | None
) -> None:
    monkeypatch.setattr(st, "context", type("Context", (), {"timezone": zone}))
    assert time_format.in_viewers_zone(AT) == written
