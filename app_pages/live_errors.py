"""Live errors: which codes, since when, at whom, and what is different about the requests that fail."""

import streamlit as st

from app_pages.contradictions_table import show_contradictions
from app_pages.error_drill import show_drill
from app_pages.error_filters import ask_filters
from app_pages.errors_view import address_of, asked_view, says_its_time
from app_pages.freshness import freshness_beside, show_empty_store, show_freshness, show_store_error
from app_pages.live_part import show_live_part
from app_pages.pinned_address import pin_address
from desk import the_desk
from errors import PixeldeskError

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
