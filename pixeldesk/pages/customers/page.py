"""Customers: whose requests fail now and why, with which confidence, and how often that has been right."""

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.diagnosis.overview import overview, scanners_last, start_of
from pixeldesk.diagnosis.selection import filtered
from pixeldesk.pages.customers.filters import ask_filters
from pixeldesk.pages.customers.overview import show_overview
from pixeldesk.pages.customers.precision import show_precision
from pixeldesk.pages.customers.search import ask_callers
from pixeldesk.pages.customers.table import show_customers, show_export
from pixeldesk.pages.widgets.frame import Frame, show_page
from pixeldesk.pages.widgets.freshness import show_empty_store
from pixeldesk.pages.widgets.newer_lines import show_newer_lines
from pixeldesk.tickets.caller_search import diagnoses_of_callers


def _show(frame: Frame) -> None:
    frame.show_freshness()
    if frame.is_empty:
        show_empty_store()
        return
    desk, newest = frame.desk, frame.coverage.newest
    with st.skeleton(height=420):
        snapshot, marks, precision = desk.diagnosis_snapshot(), desk.marks(), desk.case_precision()
    callers = ask_callers()
    filters = ask_filters(snapshot.answer)
    selected = filtered(
        diagnoses_of_callers(snapshot.answer, callers) if callers else snapshot.answer,
        cases=filters.cases,
        environment=filters.environment,
        start=start_of(filters.span, newest),
    )
    show_overview(overview(selected, newest))
    shown = scanners_last(filtered(selected, status=filters.status))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.markdown(f"**{counted(len(shown), 'diagnosis')}**", width="content")
        show_newer_lines(snapshot, desk.diagnosis_snapshot)
        show_export(shown, marks)
    if shown:
        show_customers(shown, marks)
    else:
        st.caption("Nobody fails like that. Choose another status, time, environment or case.")
    show_precision(precision)


show_page("Customers", _show)
