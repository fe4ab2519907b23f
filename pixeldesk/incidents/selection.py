"""Select incidents by time, by a page's filters, or by id, which holds the first minute and the code."""

import re
from collections.abc import Iterable
from datetime import datetime

from pixeldesk.incidents.incident import Incident

_ID = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)-(.+)", re.DOTALL)


def chosen(
    incidents: Iterable[Incident],
    *,
    environment: str | None = None,
    code: str | None = None,
    is_open: bool | None = None,
) -> list[Incident]:
    """Return the incidents that match all filters; None filters nothing."""
    return [
        incident
        for incident in incidents
        if environment in (None, incident.environment)
        and code in (None, incident.code)
        and is_open in (None, incident.is_open)
    ]


def within(incidents: Iterable[Incident], start: datetime | None, end: datetime | None) -> list[Incident]:
    """Return the incidents that overlap a half-open range of time."""
    return [
        incident
        for incident in incidents
        if (start is None or incident.until >= start) and (end is None or incident.started_at < end)
    ]


def with_id(incidents: Iterable[Incident], incident_id: str) -> Incident | None:
    """Return the incident of this id, or None."""
    return next((incident for incident in incidents if incident.id == incident_id), None)


def nearest_to(incidents: Iterable[Incident], incident_id: str) -> Incident | None:
    """Return the incident with the id's code and the nearest start; None for a malformed id or an unknown code.

    Later lines may move an incident's start, and with it its id.
    """
    parts = _ID.fullmatch(incident_id)
    if parts is None:
        return None
    try:
        began = datetime.fromisoformat(parts[1])
    except ValueError:
        return None
    with_code = [incident for incident in incidents if parts[2].startswith(f"{incident.code}-")]
    return min(with_code, key=lambda incident: abs(incident.started_at - began), default=None)
