"""Live errors: which codes, since when, for which customers, and what differs about the requests that fail."""

import streamlit as st

from pixeldesk.pages.live_errors.contradictions import show_contradictions
from pixeldesk.pages.live_errors.drill import show_drill
from pixeldesk.pages.live_errors.filters import ask_filters
from pixeldesk.pages.live_errors.fragment import show_live_fragment
from pixeldesk.pages.live_errors.view import address_of, asked_view, names_its_time
from pixeldesk.pages.widgets.frame import Frame, show_page
from pixeldesk.pages.widgets.freshness import show_empty_store
from pixeldesk.pages.widgets.pinned_address import pin_address


def _show(frame: Frame) -> None:
    frame.show_freshness()
    desk = frame.desk
    logged = desk.logged_time()
    if logged is None:
        show_empty_store()
        return
    view = asked_view(logged.newest)
    ask_filters(view, logged.newest, desk.values_met(view.range))
    show_live_fragment(desk, view, logged)
    if view.drill:
        show_drill(desk, view, view.drill)
    st.subheader("Where the API contradicts itself", anchor=False)
    show_contradictions(desk, view.range.start, view.range.end, view.chosen.environment)
    if not names_its_time():
        pin_address(address_of(view))


show_page("Live errors", _show)
