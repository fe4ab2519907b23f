"""What lasts and what is over: each rule at its edge, by histories that differ in one thing only."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pixeldesk.diagnosis.history import History
from pixeldesk.diagnosis.thresholds import DAY_S, HOUR_S, MINUTE_S

END = datetime(2026, 11, 23)
LASTING = History(
    environment="production",
    customer_id="cus_0184",
    user_agent="python-requests/2.32",
    failing_requests=40,
    first_seen=END - timedelta(hours=30),
    last_seen=END - timedelta(minutes=20),
    sittings=9,
    longest_sitting_s=2 * HOUR_S,
    days=2,
    at_weekends=12,
    longest_silence_s=3 * HOUR_S,
    same_hour=0.4,
    addresses=1,
    lost_in_a_crowd=False,
    run_failures=40,
    run_seconds=29 * HOUR_S,
    any_run_failures=40,
    any_run_seconds=29 * HOUR_S,
    successes=0,
    successes_until_last=0,
    most_successes_between=0,
    any_successes=0,
    any_until_last=0,
    most_any_between=0,
    newcomer_success=None,
    same_program_successes=0,
    end=END,
)


def lasted(seconds: float, ended_before_s: float = 20 * MINUTE_S, **more: object) -> History:
    """The same, begun and ended so long before the end of the logs."""
    last = END - timedelta(seconds=ended_before_s)
    return replace(LASTING, first_seen=last - timedelta(seconds=seconds), last_seen=last, **more)  # type: ignore[arg-type]


def test_the_history_these_tests_start_from_is_an_active_case() -> None:
    assert LASTING.lasts
    assert LASTING.status == "active"


@pytest.mark.parametrize(
    ("history", "lasts"),
    [
        (lasted(14 * MINUTE_S), False),
        (lasted(16 * MINUTE_S), True),
        (replace(LASTING, failing_requests=3), False),
        (replace(LASTING, failing_requests=4), True),
        (replace(LASTING, failing_requests=19, customer_id=None), False),
        (replace(LASTING, failing_requests=20, customer_id=None), True),
        (replace(LASTING, lost_in_a_crowd=True), False),
        # Two short sittings on two days: somebody tried twice.
        (replace(LASTING, sittings=2, longest_sitting_s=40.0, failing_requests=9), False),
        (replace(LASTING, sittings=3, longest_sitting_s=40.0, failing_requests=9), True),
    ],
)
def test_a_slip_is_no_case(history: History, lasts: bool) -> None:
    assert history.lasts is lasts


@pytest.mark.parametrize(("minutes", "lasts"), [(44, False), (46, True)])
def test_what_was_noticed_and_mended_at_once_is_no_case(minutes: int, lasts: bool) -> None:
    history = lasted(minutes * MINUTE_S, 5 * DAY_S, successes=9)
    assert history.status == "recovered"
    assert history.lasts is lasts


@pytest.mark.parametrize(("hours", "lasts"), [(2.9, False), (3.1, True)])
@pytest.mark.parametrize("more", [{"user_agent": "curl/8.5.0"}, {"environment": "development"}])
def test_somebody_who_tries_things_out_gets_more_time(more: dict[str, str], hours: float, lasts: bool) -> None:
    history = lasted(hours * HOUR_S, 5 * DAY_S, successes=9, **more)
    assert history.lasts is lasts


MIXED = replace(
    LASTING, run_failures=0, run_seconds=0.0, any_run_failures=0, any_run_seconds=0.0,
    first_seen=END - timedelta(days=9), successes=400, successes_until_last=390, most_successes_between=50,
)  # fmt: skip


@pytest.mark.parametrize(
    ("history", "lasts"),
    [
        (MIXED, True),
        (replace(MIXED, failing_requests=5), False),
        (replace(MIXED, sittings=2, longest_sitting_s=59 * MINUTE_S), False),
        (replace(MIXED, sittings=2, longest_sitting_s=61 * MINUTE_S), True),
        # Forty in twenty thousand are noise…
        (replace(MIXED, successes=20_000, successes_until_last=20_000), False),
        # …unless they come at the same hour every day.
        (replace(MIXED, successes=20_000, successes_until_last=20_000, same_hour=0.99, days=9), True),
        (replace(MIXED, successes=20_000, successes_until_last=20_000, same_hour=0.99, days=2), False),
    ],
)
def test_a_mistake_in_a_share_of_the_traffic(history: History, lasts: bool) -> None:
    assert history.lasts is lasts


JUST_BEGUN = replace(
    MIXED, first_seen=END - timedelta(minutes=50), last_seen=END - timedelta(minutes=2), failing_requests=10,
    sittings=1, longest_sitting_s=2880.0, successes=30, successes_until_last=30, longest_silence_s=600.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("history", "lasts"),
    [
        (JUST_BEGUN, True),
        (replace(JUST_BEGUN, failing_requests=9), False),
        (replace(JUST_BEGUN, failing_requests=6, successes=5, successes_until_last=5), True),
        (replace(JUST_BEGUN, first_seen=END - timedelta(minutes=21)), False),
        (replace(JUST_BEGUN, end=END + timedelta(days=2)), False),
    ],
)
def test_what_began_an_hour_ago_and_has_failed_ten_times_since(history: History, lasts: bool) -> None:
    assert history.lasts is lasts


NIGHTLY = replace(
    LASTING, failing_requests=16, days=8, sittings=8, longest_sitting_s=45.0, same_hour=0.999,
    longest_silence_s=DAY_S, run_failures=16, run_seconds=7 * DAY_S,
)  # fmt: skip


def test_a_nightly_job_fails_until_the_next_night_says_otherwise() -> None:
    assert replace(NIGHTLY, last_seen=END - timedelta(hours=22)).status == "active"
    mended = replace(NIGHTLY, last_seen=END - timedelta(hours=26), successes=2, most_successes_between=30)
    assert mended.status == "recovered"


def test_one_success_alone_may_be_chance() -> None:
    assert replace(LASTING, successes=1).status == "active"
    assert replace(LASTING, successes=2).status == "recovered"


def test_successes_like_those_before_do_not_make_a_recovery() -> None:
    assert replace(MIXED, successes=390 + 50).status == "active"
    assert replace(MIXED, successes=390 + 76).status == "recovered"


def test_somewhat_more_successes_than_before_prove_it_only_after_a_longer_silence_than_before() -> None:
    more = replace(MIXED, successes=390 + 60)
    assert more.status == "active"
    assert replace(more, last_seen=END - timedelta(hours=4)).status == "recovered"


def test_a_silent_client_has_recovered_only_if_another_took_its_place() -> None:
    silent = lasted(20 * HOUR_S, 6 * DAY_S)
    assert silent.has_stopped
    assert silent.status == "active"
    assert replace(silent, newcomer_success=END - timedelta(days=2)).status == "recovered"
    assert not lasted(20 * HOUR_S, 2 * HOUR_S).has_stopped


def test_who_works_on_weekdays_only_is_not_silent_on_a_weekend() -> None:
    friday = datetime(2026, 11, 20, 18)
    history = replace(LASTING, first_seen=friday - timedelta(days=3), last_seen=friday, longest_silence_s=14 * HOUR_S)
    assert replace(history, at_weekends=0).has_stopped is False
    assert replace(history, at_weekends=4).has_stopped is True


def test_a_program_that_moves_is_judged_wherever_it_runs() -> None:
    at_one_address = replace(LASTING, any_successes=60, any_until_last=30, most_any_between=4)
    assert at_one_address.status == "active"
    assert replace(at_one_address, addresses=38).status == "recovered"


def test_the_same_program_at_a_new_address_takes_the_place_of_the_failing_one() -> None:
    assert replace(LASTING, newcomer_success=END, same_program_successes=1).status == "active"
    assert replace(LASTING, newcomer_success=END, same_program_successes=5).status == "recovered"
