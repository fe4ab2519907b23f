"""Check the sentences of a review: what is missing, what is compared, and how certain it is."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.weekly.cells import percent, points
from pixeldesk.weekly.rates import Difference
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.reviewing import review_week
from pixeldesk.weekly.week import Week
from pixeldesk.weekly.wording import availability, compared, headline, notes, week_in_words
from tests.log_lines import write_lines
from tests.weekly.weekly_lines import HOURS, bad, good, whole_week

THIS = Week(2026, 47)


def review(desk: Desk, tmp_path: Path, lines: list[dict[str, Any]]) -> Review:
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    return review_week(desk.store, THIS, None, 0.99, [], [])


def test_a_week_compared_with_the_week_before(desk: Desk, tmp_path: Path) -> None:
    ours = [bad(0, hour + 0.5, "internal_error", 500) for hour in range(5)]
    failures = [bad(0, hour + 0.1) for hour in range(0, 162, 6)]
    found = review(desk, tmp_path, [*whole_week(-1, failing=2), *whole_week(0), *failures, *ours])
    assert headline(found) == [
        "16.00% of 200 requests failed: 32 errors (95% interval 11.57% to 21.71%), 14.82 points up on the week before"
        " (1.18%), more than noise.",
        "2.50% failed by server errors, 2.50 points up on the week before (0.00%), no more than noise.",
        "Availability was 97.500% (95% interval 94.282% to 98.928%) against an objective of 99.000%. 250% of the error"
        " budget is used.",
    ]
    assert notes(found) == ["The mean is of 2026-W46 only: no other of the four has logs."]


def test_missing_hours_are_noted_for_this_week_and_those_compared(desk: Desk, tmp_path: Path) -> None:
    now = [good(0, hour) for hour in range(HOURS) if hour not in range(20, 80)]
    found = review(desk, tmp_path, [*now, *(good(-3, hour) for hour in range(24))])
    assert notes(found) == [
        "This week is partial: 108 of its 168 hours are logged.",
        "Hours are missing: Mon 16 Nov 2026 (20 of 24 hours), Tue 17 Nov 2026 (0 of 24 hours), Wed 18 Nov 2026 (0 of 24"
        " hours), Thu 19 Nov 2026 (16 of 24 hours).",
        "No request is logged in the week before, 2026-W46.",
        "The mean is of 2026-W44 only: no other of the four has logs.",
        "2026-W44, compared with, is partial: 24 of its 168 hours are logged.",
    ]
    assert headline(found)[0].endswith("with no week before to compare with.")


def test_a_lack_of_earlier_weeks_is_noted(desk: Desk, tmp_path: Path) -> None:
    found = review(desk, tmp_path, whole_week(0))
    assert notes(found) == ["No request is logged in the 4 weeks before: nothing is compared, and nothing called new."]


def test_a_week_without_a_request(desk: Desk, tmp_path: Path) -> None:
    assert headline(review(desk, tmp_path, [])) == ["No request is logged in this week."]


def test_a_full_store_of_five_weeks_needs_no_note(desk: Desk, tmp_path: Path) -> None:
    assert notes(review(desk, tmp_path, [line for week in range(-4, 1) for line in whole_week(week)])) == []


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, ""), (0.0, "0.000%"), (0.99912, "99.912%"), (0.999999, "over 99.999%"), (1.0, "100.000%")],
)
def test_only_a_share_of_one_is_100_percent(share: float | None, text: str) -> None:
    assert availability(share) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(None, ""), (0.0, "0.00%"), (0.00042, "0.0420%"), (0.001, "0.10%"), (1.0, "100.00%")]
)
def test_small_rates_keep_their_digits(rate: float | None, text: str) -> None:
    assert percent(rate) == text


def changed(rate: float, points: float, p: float, is_more_than_noise: bool) -> Difference:
    return Difference(rate=rate, points=points, p=p, is_more_than_noise=is_more_than_noise)


@pytest.mark.parametrize(
    ("difference", "short", "long"),
    [
        (changed(0.05, 7.5, 0.001, True), "+7.50 ▲", "7.50 points up on the week before (5.00%), more than noise"),
        (changed(0.05, -2.0, 0.04, True), "-2.00 ▼", "2.00 points down on the week before (5.00%), more than noise"),
        (changed(0.05, 0.0, 1.0, False), "+0.00", "the same as the week before (5.00%), no more than noise"),
        (changed(0.0, 0.01, 0.6, False), "+0.0100", "0.01 points up on the week before (0.00%), no more than noise"),
        (None, "", "with no week before to compare with"),
    ],
)
def test_a_change_in_words(difference: Difference | None, short: str, long: str) -> None:
    assert (points(difference), compared(difference)) == (short, long)


def test_a_week_is_named_with_its_days() -> None:
    assert week_in_words(THIS) == "2026-W47, Mon 16 Nov 2026 to Sun 22 Nov 2026, UTC"
    assert THIS.last_day - THIS.start == timedelta(days=6)
