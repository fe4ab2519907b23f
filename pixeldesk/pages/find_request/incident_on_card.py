"""Summarise the incident that a card's request is part of."""

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.widgets.incident_link import incident_link
from pixeldesk.pages.widgets.incident_text import from_until, state_badge
from pixeldesk.pages.widgets.safe_text import show_text


def show_incident_of_card(incident: Incident) -> None:
    """Show code, time and number of customers of an incident, and a link to its page. The code is log text."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        badge = state_badge(incident.is_open)
        st.markdown(f"**Part of an incident** &nbsp; {badge}", width="content")
        incident_link(incident.id, "The incident")
    show_text(
        f"{incident.code}, {from_until(incident.started_at, incident.ended_at)},"
        f" {counted(incident.customers, 'customer')}. Ours, not the customer's."
    )
