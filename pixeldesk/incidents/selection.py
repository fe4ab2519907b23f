"""Incidents picked out of all: by what a page filters, or by their id, which names the first minute and the code."""

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
    """Those of an environment and a code that go on, or do not; None filters nothing."""
    return [
        one
        for one in incidents
        if environment in (None, one.environment) and code in (None, one.code) and is_open in (None, one.is_open)
    ]


def with_id(incidents: Iterable[Incident], incident_id: str) -> Incident | None:
    """The incident of this id."""
    return next((one for one in incidents if one.id == incident_id), None)


def nearest_to(incidents: Iterable[Incident], incident_id: str) -> Incident | None:
    """That of the code an id names and whose beginning is nearest; None where the id is none, or no code fits.

    Newer lines may move a beginning, and with it the id.
    """
    parts = _ID.fullmatch(incident_id)
    if parts is None:
        return None
    try:
        began = datetime.fromisoformat(parts[1])
    except ValueError:
        return None
    of_code = [one for one in incidents if parts[2].startswith(f"{one.code}-")]
    return min(of_code, key=lambda one: abs(one.started_at - began), default=None)
