"""Which failures are an incident's, and so whether a request is part of it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from pixeldesk.incidents.incident import ANY_SERVER_ERROR, NO_CODE, Incident
from pixeldesk.queries.values import parse_time
from pixeldesk.tickets.cards import Card

LEAST_STATUS = 500


def incident_of(card: Card, incidents: Callable[[], Iterable[Incident]]) -> Incident | None:
    """The one that a card's request is part of; where there are two, that of its own code.

    The incidents are asked for only where there can be one.
    """
    if not may_be_part(card):
        return None
    found = [one for one in incidents() if _includes(one, card)]
    return min(found, key=lambda one: one.code == ANY_SERVER_ERROR, default=None)


def may_be_part(card: Card) -> bool:
    """Whether a request can be part of any incident: it failed, at a time to be trusted, and not by its customer."""
    return (card["status"] or 0) >= LEAST_STATUS and card["fault"] != "customer" and not card["clock_suspect"]


def code_of(incident: Incident) -> str | None:
    """The error code of its failures, empty where they have none; None where it is of any server error."""
    return {ANY_SERVER_ERROR: None, NO_CODE: ""}.get(incident.code, incident.code)


def _includes(incident: Incident, card: Card) -> bool:
    at = parse_time(card["timestamp"])
    caller = card["customer_id"] or card["key"]["fingerprint"] or card["client_ip"] or ""
    return (
        # What goes on has been counted up to some minutes ago: its newest failures are part of it all the same.
        incident.started_at <= at < (incident.ended_at or datetime.max)
        and card["environment"] == incident.environment
        and code_of(incident) in (None, card["error"]["code"] or "")
        and caller not in incident.failing_before
    )
