"""Check which requests are part of an incident."""

from datetime import timedelta
from typing import Any

import pytest

from pixeldesk.incidents.incident import Incident
from pixeldesk.tickets.card import Card
from pixeldesk.tickets.membership import incident_of
from tests.alerts.made_incidents import after, ended, incident
from tests.tickets.a_card import a_card, a_key, an_error


def card(minutes: float = 3, **fields: Any) -> Card:
    """Return the card of a request that failed this many minutes after the onset, with these fields."""
    return a_card(**{"timestamp": after(minutes), "status": 503, "fault": "us", **fields})


def is_part(failed: Card, *incidents: Incident) -> bool:
    return incident_of(failed, lambda: incidents or (ended(),)) is not None


def test_a_failure_within_its_time_is_part_of_it() -> None:
    assert is_part(card())
    assert is_part(card(0))
    assert is_part(card(22 - 1e-6))
    assert not is_part(card(-1e-6))
    assert not is_part(card(22))


def test_an_open_incident_includes_newer_failures() -> None:
    last_seen = incident().last_seen - after(0)
    assert is_part(card(last_seen / timedelta(minutes=1) + 4), incident())


@pytest.mark.parametrize(
    "other",
    [
        {"environment": "preview"},
        {"environment": None},
        {"error": an_error("tinybird_error")},
        {"error": an_error(None)},
        {"status": 499},
        {"fault": "customer"},
        {"clock_suspect": True},
    ],
)
def test_other_failures_are_not_part_of_it(other: dict[str, Any]) -> None:
    assert not is_part(card(**other))


@pytest.mark.parametrize(
    ("whose", "caller"),
    [
        ({}, "cus_0184"),
        ({"customer_id": None}, "5f0c3b1e9a7d2c44"),
        ({"customer_id": None, "key": a_key(None)}, "203.0.113.9"),
        ({"customer_id": None, "key": a_key(None), "client_ip": None}, ""),
    ],
)
def test_callers_that_failed_before_are_not_part_of_it(whose: dict[str, Any], caller: str) -> None:
    assert not is_part(card(**whose), ended(failing_before=(caller,)))
    assert is_part(card(**whose), ended(failing_before=("another",)))


def test_an_incident_of_all_server_errors_includes_each() -> None:
    of_all = ended(code="5xx")
    assert is_part(card(error=an_error(None), status=500), of_all)
    assert is_part(card(), of_all)
    assert not is_part(card(status=404, error=an_error(None)), of_all)


def test_failures_without_a_code_have_an_incident_of_their_own() -> None:
    without = ended(code="no code")
    assert is_part(card(error=an_error(None)), without)
    assert not is_part(card(), without)


def test_the_incident_of_its_own_code_comes_first() -> None:
    own = ended(id="own")
    of_all = ended(code="5xx")
    assert incident_of(card(), lambda: [own, of_all]) is own
    assert incident_of(card(), lambda: [of_all, own]) is own


def test_incidents_are_not_searched_for_a_request_that_can_be_part_of_none() -> None:
    def never() -> list[Incident]:
        raise AssertionError("searched")

    assert incident_of(card(status=200, fault=None), never) is None
    assert incident_of(card(fault="customer"), never) is None
