"""The address of an incident's page, `/incident?id=…`, and of the errors around one."""

import streamlit as st

from pixeldesk.incidents.around import Around
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.membership import code_of
from pixeldesk.pages.widgets.switch_page import travel_to

_ID = "id"
_LONGEST = 500


def asked_incident() -> str | None:
    """The incident that the address asks for."""
    return st.query_params.get(_ID, "")[:_LONGEST] or None


def incident_link(incident_id: str, label: str) -> None:
    """A link to all that is known of an incident. The label is Markdown."""
    st.page_link(
        "incident/page.py",
        label=label,
        icon=":material/crisis_alert:",
        help="",
        query_params={_ID: incident_id},
    )


def open_incident(incident_id: str) -> None:
    """Go to an incident's page. For a callback."""
    travel_to("incident", **{_ID: incident_id})


def errors_link(incident: Incident, around: Around) -> None:
    """A link to all errors like it around that time, in absolute time."""
    # That page knows the code that stands for every server error, and none that stands for no code.
    named = {"environment": incident.environment, "code": incident.code if code_of(incident) != "" else None}
    st.page_link(
        "live_errors/page.py",
        label="Errors around it",
        icon=":material/monitoring:",
        help="",
        query_params={
            "from": f"{around.time.start:%Y-%m-%dT%H:%MZ}",
            "to": f"{around.time.end:%Y-%m-%dT%H:%MZ}",
            **{name: value for name, value in named.items() if value},
        },
    )
