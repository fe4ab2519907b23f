"""Incidents: when failures were our own fault, and how many customers they affected."""

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.diagnosis.overview import start_of
from pixeldesk.incidents.selection import chosen, within
from pixeldesk.pages.incidents.filters import ask_filters
from pixeldesk.pages.incidents.rule import show_doubts, show_rule
from pixeldesk.pages.incidents.table import show_export, show_incidents
from pixeldesk.pages.widgets.frame import Frame, show_page
from pixeldesk.pages.widgets.freshness import show_empty_store
from pixeldesk.pages.widgets.newer_lines import show_newer_lines


def _show(frame: Frame) -> None:
    frame.show_freshness()
    if frame.is_empty:
        show_empty_store()
        return
    desk = frame.desk
    with st.skeleton(height=420):
        snapshot, quiet = desk.incident_snapshot(), desk.too_quiet()
    filters = ask_filters(snapshot.answer)
    start = start_of(filters.span, frame.coverage.newest)
    shown = chosen(
        within(snapshot.answer, start, None),
        environment=filters.environment,
        code=filters.code,
        is_open=filters.is_open,
    )
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.markdown(f"**{counted(len(shown), 'incident')}**", width="content")
        show_newer_lines(snapshot, desk.incident_snapshot)
        show_export(shown)
    if shown:
        show_incidents(shown)
    elif snapshot.answer:
        st.caption("No incident is like that. Choose another state, time, environment or code.")
    else:
        st.caption("No incident is found in these logs.")
    show_doubts(frame.coverage, quiet)
    show_rule()


show_page("Incidents", _show)
