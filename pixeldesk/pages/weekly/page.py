"""Weekly review: one ISO week of error rates against the weeks before, whom they hit, and files of it to hand on."""

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.weekly.body import show_body
from pixeldesk.pages.weekly.export import offer_files
from pixeldesk.pages.weekly.head import show_definitions, show_head
from pixeldesk.pages.weekly.view import ask_environment, ask_week, asked_view, says_its_week
from pixeldesk.pages.widgets.freshness import freshness_beside, show_empty_store, show_freshness, show_store_error
from pixeldesk.pages.widgets.judging import show_newer_lines
from pixeldesk.pages.widgets.pinned_address import pin_address
from pixeldesk.weekly.reviewing import newest_whole_week

freshness = freshness_beside("Weekly review")
try:
    desk = the_desk()
    show_freshness(freshness, desk.coverage())
    weeks, environments = desk.stored_weeks(), desk.environments()
    usual = newest_whole_week(weeks)
    if usual is None:
        show_empty_store()
    else:
        view = asked_view(usual, weeks, environments)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", gap="small"):
            with st.container(horizontal=True, width=500, gap="small"):
                ask_week(view, weeks)
                ask_environment(view, environments)
            files = st.container(horizontal=True, horizontal_alignment="right", width=620, gap="small")
        with st.skeleton(height=420):
            judgement = desk.judgement()
            review = desk.report(str(view.week), view.environment, judgement)
        with files:
            show_newer_lines(judgement)
            offer_files(review)
        show_head(review)
        show_body(review)
        show_definitions()
        if not says_its_week():
            pin_address(view.address)
except PixeldeskError as error:
    show_store_error(error)
