"""What customers are told of an outage: from when until when, that it was ours, and nothing internal."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from pixeldesk.catalogue.catalogue import catalogue
from pixeldesk.tickets.outage import Outage
from pixeldesk.tickets.outage_note import outage_note
from pixeldesk.tickets.replies import ticket_reply
from tests.tickets.test_replies import HOSTILE_CORES, facts, hostile

BEGAN = datetime(2026, 11, 12, 14, 7, 17, tzinfo=UTC)
OVER = Outage(since=BEGAN, until=BEGAN + timedelta(minutes=22))
GOES_ON = Outage(since=BEGAN, until=None)


@pytest.mark.parametrize(
    ("outage", "says"),
    [
        (OVER, "There was an outage on our side on 12 November 2026 from 14:07 to 14:29 UTC. It is over."),
        (
            Outage(since=BEGAN, until=BEGAN + timedelta(hours=10)),
            "There was an outage on our side from 12 November 2026, 14:07 UTC to 13 November 2026, 00:07 UTC.",
        ),
        (GOES_ON, "There is an outage on our side since 12 November 2026, 14:07 UTC, and we are working on it."),
    ],
)
def test_a_reply_tells_of_the_outage_that_the_request_was_part_of(outage: Outage, says: str) -> None:
    reply = ticket_reply([facts("ingest_unavailable", 503, outage=outage)])
    assert says in reply
    assert says not in ticket_reply([facts("ingest_unavailable", 503)])


def test_times_are_given_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    until = OVER.until
    assert until is not None
    assert Outage(since=BEGAN.astimezone(berlin), until=until.astimezone(berlin)).span() == OVER.span()


def test_a_ticket_tells_of_each_outage_once_beside_its_own_requests() -> None:
    later = Outage(since=BEGAN + timedelta(days=1), until=None)
    reply = ticket_reply(
        [
            facts("tinybird_error", 503, request_id="req_AAAA11", outage=OVER),
            facts("tinybird_error", 503, request_id="req_BBBB22", outage=later),
            facts("tinybird_error", 503, request_id="req_CCCC33", outage=OVER),
            facts("tinybird_error", 503, request_id="req_DDDD44"),
        ]
    )
    parts = ["(1)", "AAAA11", "CCCC33", OVER.sentence(), "(2)", "BBBB22", later.sentence(), "(3)", "DDDD44"]
    positions = [reply.index(part) for part in parts]
    assert positions == sorted(positions)
    assert reply.count("outage on our side") == 2


def test_the_note_says_whose_fault_when_and_how_to_try_again() -> None:
    note = outage_note(OVER, "tinybird_error", "production")
    assert note.startswith(
        "On 12 November 2026 from 14:07 to 14:29 UTC, requests in the production environment may have been answered"
        " with HTTP 503, error code tinybird_error. This is a fault on our side: nothing in your requests has to"
        " change. It is over.\n\nTrying again:\nYes, up to four times within a minute: before each try wait a random"
    )


def test_the_note_of_what_goes_on_promises_no_end() -> None:
    note = outage_note(GOES_ON, "tinybird_error", "preview")
    assert note.startswith(
        "Since 12 November 2026, 14:07 UTC, requests in the preview environment may be answered with"
    )
    assert "We are working on it." in note
    assert "over" not in note.partition("\n")[0]


@pytest.mark.parametrize("code", [None, "", "5xx", "a_new_code"])
def test_the_note_names_no_code_that_is_not_listed(code: str | None) -> None:
    note = outage_note(OVER, code, None)
    assert "UTC, requests may have been answered with a server error (HTTP 5xx)." in note
    assert catalogue().entry(None, 500).retry in note


@given(code=hostile, environment=hostile)
def test_nothing_hostile_reaches_the_note(code: str, environment: str) -> None:
    note = outage_note(OVER, code, environment)
    assert note == outage_note(OVER, None, None)
    assert not [core for core in HOSTILE_CORES if core in note]
