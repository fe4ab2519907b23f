"""Show what stands beside an incident's chart: what differs, what to tell customers, and what was known when."""

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.incidents.incident import Change, Incident, code_of
from pixeldesk.pages.widgets.copy_button import copy_button
from pixeldesk.pages.widgets.safe_text import show_text
from pixeldesk.pages.widgets.time_format import to_the_minute
from pixeldesk.queries.values import rfc3339
from pixeldesk.tickets.outage import Outage
from pixeldesk.tickets.outage_note import outage_note

_VERBS = {"opened": "opened", "grew": "had grown", "ended": "was over"}


def show_what_differs(incident: Incident) -> None:
    """Show what differs about the failing requests in sentences, the most telling first. They hold log text."""
    with st.container(border=True, gap="small"):
        st.markdown(":material/troubleshoot: **What is different about the failing requests**")
        for sentence in incident.differs:
            show_text(f"{sentence}.")
        if not incident.differs:
            st.caption("Nothing stands out: they are as varied as the requests that succeeded.")


def show_note(incident: Incident) -> None:
    """Show what support may tell customers, ready to copy."""
    outage = Outage(since=incident.started_at, until=incident.ended_at)
    note = outage_note(outage, code_of(incident), incident.environment)
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            st.markdown("**What to tell customers**", width="content")
            copy_button("Copy text", note, key="copy_note", type="primary")
        show_text(note)


def show_changes(incident: Incident) -> None:
    """Show how the incident looked at each time that it opened, grew or ended."""
    with st.container(border=True, gap="small"):
        st.markdown("**What was known when** :gray[UTC]")
        show_text("\n".join(_line(change) for change in incident.changes))


def _line(change: Change) -> str:
    return (
        f"{to_the_minute(rfc3339(change.at))}  it {_VERBS[change.kind]}:"
        f" {counted(change.requests, 'request')}, {counted(change.customers, 'caller')}"
    )
