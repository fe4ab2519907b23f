"""Decide which requests are part of an incident."""

from collections.abc import Callable, Iterable
from datetime import datetime

from pixeldesk.incidents.incident import ANY_SERVER_ERROR, LEAST_STATUS, Incident, code_of
from pixeldesk.tickets.card import Card


def incident_of(card: Card, incidents: Callable[[], Iterable[Incident]]) -> Incident | None:
    """Return the incident that a card's request is part of; of two, that of its own code.

    `incidents` is called only if the request can be part of an incident.
    """
    if not may_be_part(card):
        return None
    found = [incident for incident in incidents() if _includes(incident, card)]
    return min(found, key=lambda incident: incident.code == ANY_SERVER_ERROR, default=None)


def may_be_part(card: Card) -> bool:
    """Return whether a request can be part of any incident: a failure, not the customer's, at a plausible time."""
    return card.status >= LEAST_STATUS and card.fault != "customer" and not card.clock_suspect


def _includes(incident: Incident, card: Card) -> bool:
    caller = card.customer_id or card.key.fingerprint or card.client_ip or ""
    return (
        # An open incident is counted up to some minutes ago, but newer failures are part of it too.
        incident.started_at <= card.timestamp < (incident.ended_at or datetime.max)
        and card.environment == incident.environment
        and code_of(incident) in (None, card.error.code or "")
        and caller not in incident.failing_before
    )
