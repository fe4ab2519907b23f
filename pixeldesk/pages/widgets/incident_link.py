"""Link to an incident's page, `/incident?id=…`, and to the errors around it."""

import streamlit as st

from pixeldesk.incidents.around import Around
from pixeldesk.incidents.incident import Incident, code_of
from pixeldesk.pages.widgets.query_value import query_value
from pixeldesk.pages.widgets.switch_page import request_switch

_ID = "id"


def asked_incident() -> str | None:
    """Return the incident id in the address."""
    return query_value(_ID)


def incident_link(incident_id: str, label: str) -> None:
    """Show a link to an incident's page. The label is Markdown."""
    st.page_link(
        "incident/page.py",
        label=label,
        icon=":material/crisis_alert:",
        help="",
        query_params={_ID: incident_id},
    )


def open_incident(incident_id: str) -> None:
    """Switch to an incident's page. Call it from a callback."""
    request_switch("incident", **{_ID: incident_id})


def errors_link(incident: Incident, around: Around) -> None:
    """Show a link to Live errors, filtered by the incident's code and environment, in absolute time."""
    # Live errors accepts the code that means every server error, but no code that means "without a code".
    filters = {"environment": incident.environment, "code": incident.code if code_of(incident) != "" else None}
    st.page_link(
        "live_errors/page.py",
        label="Errors around it",
        icon=":material/monitoring:",
        help="",
        query_params={
            "from": f"{around.time.start:%Y-%m-%dT%H:%MZ}",
            "to": f"{around.time.end:%Y-%m-%dT%H:%MZ}",
            **{name: value for name, value in filters.items() if value},
        },
    )
