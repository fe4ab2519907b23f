"""Show that there is no incident with the id in the address."""

import streamlit as st

from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.widgets.incident_link import incident_link
from pixeldesk.pages.widgets.incident_text import from_until
from pixeldesk.pages.widgets.safe_text import code_label
from pixeldesk.queries.values import rfc3339


def show_no_incident(nearest: Incident | None) -> None:
    """Show that this incident never existed or now begins at another time, and link to the nearest one of its code."""
    with st.container(border=True):
        st.markdown(
            "**There is no such incident now.** Newer lines may have moved its beginning, or shown that it was none."
            " The list has all that there are."
        )
        if nearest:
            ended = rfc3339(nearest.ended_at) if nearest.ended_at else None
            st.caption("The nearest one with this code:")
            incident_link(nearest.id, f"{code_label(nearest.code)} {from_until(rfc3339(nearest.started_at), ended)}")
