"""Live errors: which codes, since when, at whom, and what is different about the requests that fail."""

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.live_errors.contradictions_table import show_contradictions
from pixeldesk.pages.live_errors.drill import show_drill
from pixeldesk.pages.live_errors.filters import ask_filters
from pixeldesk.pages.live_errors.live_part import show_live_part
from pixeldesk.pages.live_errors.view import address_of, asked_view, says_its_time
from pixeldesk.pages.widgets.freshness import freshness_beside, show_empty_store, show_freshness, show_store_error
from pixeldesk.pages.widgets.pinned_address import pin_address

freshness = freshness_beside("Live errors")
try:
    desk = the_desk()
    show_freshness(freshness, desk.coverage())
    logged = desk.logged_time()
    if logged is None:
        show_empty_store()
    else:
        view = asked_view(logged.newest)
        ask_filters(view, logged.newest, desk.values_met(view.range))
        show_live_part(desk, view, logged)
        if view.drill:
            show_drill(desk, view, view.drill)
        st.subheader("Where the API contradicts itself", anchor=False)
        show_contradictions(desk, view.range.start, view.range.end, view.chosen.environment)
        if not says_its_time():
            pin_address(address_of(view))
except PixeldeskError as error:
    show_store_error(error)
