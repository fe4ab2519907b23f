"""Incident: when it was, how bad it was, what differs, which customers it affected, and what to tell them."""

import streamlit as st

from pixeldesk.desk.desk import Desk
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.selection import nearest_to, with_id
from pixeldesk.pages.incident.affected import show_affected_customers, show_examples
from pixeldesk.pages.incident.chart import show_chart
from pixeldesk.pages.incident.facts import show_facts
from pixeldesk.pages.incident.not_found import show_no_incident
from pixeldesk.pages.incident.side import show_changes, show_note, show_what_differs
from pixeldesk.pages.widgets.differences_table import show_differences
from pixeldesk.pages.widgets.frame import Frame, show_page
from pixeldesk.pages.widgets.incident_link import asked_incident, errors_link
from pixeldesk.pages.widgets.newer_lines import show_newer_lines
from pixeldesk.pages.widgets.safe_text import code_label
from pixeldesk.pages.widgets.waiting import wait_for


def _title(incident: Incident) -> str:
    environment = f" in {code_label(incident.environment)}" if incident.environment else ""
    return f"Incident {code_label(incident.code)}{environment}"


def _show_incident(desk: Desk, incident: Incident) -> None:
    show_facts(incident)
    differences = desk.incident_differences_in_background(incident)
    with st.skeleton(height=420):
        around, examples = desk.around(incident), desk.examples(incident)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        show_chart(incident, around)
        errors_link(incident, around)
        show_affected_customers(around)
    with right:
        show_what_differs(incident)
        show_note(incident)
        show_changes(incident)
    show_examples(examples)
    st.markdown("**What is different, in numbers**")
    with st.skeleton(height=150):
        found = wait_for(differences).answer
    show_differences(found)


def _show(frame: Frame) -> None:
    asked = asked_incident() or ""
    with st.skeleton(height=420):
        snapshot = frame.desk.incident_snapshot()
    found = with_id(snapshot.answer, asked)
    show_newer_lines(snapshot, frame.desk.incident_snapshot)
    if found:
        frame.entitle(_title(found))
        _show_incident(frame.desk, found)
    else:
        show_no_incident(nearest_to(snapshot.answer, asked))


show_page("Incident", _show, back=("incidents/page.py", "All incidents"))
