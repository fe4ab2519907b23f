"""Weekly review: the error rates of an ISO week against the weeks before, whom they affected, and files to share."""

import streamlit as st

from pixeldesk.pages.weekly.body import show_body
from pixeldesk.pages.weekly.export import show_export
from pixeldesk.pages.weekly.head import show_definitions, show_head
from pixeldesk.pages.weekly.view import ask_environment, ask_week, asked_view, names_its_week
from pixeldesk.pages.widgets.frame import Frame, show_page
from pixeldesk.pages.widgets.freshness import show_empty_store
from pixeldesk.pages.widgets.newer_lines import show_newer_lines
from pixeldesk.pages.widgets.pinned_address import pin_address
from pixeldesk.weekly.reviewing import newest_whole_week


def _show(frame: Frame) -> None:
    frame.show_freshness()
    desk = frame.desk
    weeks, environments = desk.stored_weeks(), desk.environments()
    default = newest_whole_week(weeks)
    if default is None:
        show_empty_store()
        return
    view = asked_view(default, weeks, environments)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", gap="small"):
        with st.container(horizontal=True, width=500, gap="small"):
            ask_week(view, weeks)
            ask_environment(view, environments)
        export = st.container(horizontal=True, horizontal_alignment="right", width=620, gap="small")
    with st.skeleton(height=420):
        snapshot, incidents = desk.diagnosis_snapshot(), desk.incident_snapshot()
        review = desk.report(str(view.week), view.environment, snapshot.answer, incidents.answer)
    with export:
        show_newer_lines(snapshot, desk.diagnosis_snapshot)
        show_export(review)
    show_head(review)
    show_body(review)
    show_definitions()
    if not names_its_week():
        pin_address(view.address)


show_page("Weekly review", _show)
