"""Times in tickets: any usual writing, six languages and more, zones, mails, and what is no time."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pixeldesk.tickets.times.named_times import LoggedSpan, NamedTime, named_times

NOW = datetime(2026, 11, 30, 18)
LOGGED = LoggedSpan(datetime(2026, 11, 16), NOW, NOW)
TABLE = tomllib.loads((Path(__file__).parents[1] / "texts" / "without_id" / "times.toml").read_text("utf-8"))


def times(text: str) -> tuple[NamedTime, ...]:
    """The times of a text, without when its mails were written."""
    return tuple(time for time in named_times(text, LOGGED) if not time.is_of_mail)


@pytest.mark.parametrize("case", TABLE["time"], ids=lambda case: case["text"])
def test_a_time_in_any_usual_writing(case: dict[str, object]) -> None:
    (time,) = times(f"{case['text']}")
    assert time.moment == case["means"]
    assert time.since <= time.likely_since <= time.moment <= time.likely_until <= time.until


def test_what_is_no_time() -> None:
    assert {case["text"]: times(case["text"]) for case in TABLE["no_time"] if times(case["text"])} == {}


def test_the_span_is_as_wide_as_the_time_is_inexact() -> None:
    def likely(text: str) -> timedelta:
        (time,) = times(text)
        return time.likely_until - time.likely_since

    exact = [likely(text) for text in ("2026-11-30T14:05:12Z", "14:05 UTC", "3pm UTC", "around 3pm UTC")]
    assert exact == sorted(exact)
    assert exact[-1] == timedelta(hours=2)
    assert likely("yesterday") == timedelta(days=1)


def test_a_time_without_a_zone_may_be_meant_in_any() -> None:
    (unsure,), (sure,) = times("at 3pm"), times("at 3pm UTC")
    assert unsure.moment == sure.moment
    assert unsure.until - unsure.since == sure.until - sure.since + timedelta(days=1)


def test_of_two_readings_the_one_within_the_logs_wins() -> None:

    logged = LoggedSpan(datetime(2026, 11, 1), NOW, NOW)
    (november,) = named_times("11/12/2026 14:05", logged)
    assert november.moment == datetime(2026, 11, 12, 14, 5)
    both = named_times("10/11/2026 14:05", LoggedSpan(datetime(2026, 10, 1), NOW, NOW))
    assert [each.moment.month for each in both] == [11, 10]


def test_relative_words_count_from_when_the_mail_was_written() -> None:
    mail = "From: Ada\nDate: Fri, 20 Nov 2026 09:12:00 +0100\nSubject: down\n\nIt failed yesterday at 15:00.\n"
    (time,) = times(mail)
    assert time.moment == datetime(2026, 11, 19, 14)
    assert time.until - time.since == timedelta(minutes=10)


@pytest.mark.parametrize(
    "introduction",
    [
        "On Fri, 20 Nov 2026 at 09:12, Ada Byron <ada@shop.example> wrote:",
        "Am 20.11.2026 um 09:12 schrieb Ada Byron:",
        "Le ven. 20 nov. 2026 à 09:12, Ada Byron <ada@shop.example> a écrit :",
        "El vie, 20 nov 2026 a las 9:12, Ada Byron (<ada@shop.example>) escribió:",
        "Em sex., 20 de nov. de 2026 às 09:12, Ada Byron <ada@shop.example> escreveu:",
        "Il giorno ven 20 nov 2026 alle ore 09:12 Ada Byron ha scritto:",
        "2026年11月20日(金) 9:12 Ada Byron <ada@shop.example>:",
    ],
)
def test_a_quoted_mail_has_its_own_now(introduction: str) -> None:
    text = f"Any news?\n\n{introduction}\n> Since yesterday at 15:00 UTC all calls fail.\n"
    (time,) = times(text)
    assert time.likely_since < datetime(2026, 11, 19, 15) < time.likely_until < datetime(2026, 11, 20, 12)
    (mail,) = [each for each in named_times(text, LOGGED) if each.is_of_mail]
    assert mail.moment == datetime(2026, 11, 20, 9, 12)


def test_a_time_of_day_is_of_the_day_named_before_it() -> None:
    first, second = times("On 28 Nov we saw it at 09:40 UTC, and at 11:15 UTC again.")
    assert (first.moment, second.moment) == (datetime(2026, 11, 28, 9, 40), datetime(2026, 11, 28, 11, 15))


def test_time_grows_with_the_length_of_the_text_and_not_faster() -> None:
    # Would take minutes if an expression backtracked.
    assert len(named_times("11/" * 20_000 + " since the the the " * 5_000 + "3" * 50_000, LOGGED)) <= 12
