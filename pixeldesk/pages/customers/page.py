"""Customers: who is failing now and why, how sure that is, and how right it has been."""

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.diagnosis.board import chosen
from pixeldesk.diagnosis.overview import in_order, overview, start_of
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.customers.filters import ask_filters
from pixeldesk.pages.customers.overview_row import show_overview
from pixeldesk.pages.customers.precision import show_precision
from pixeldesk.pages.customers.table import offer_export, show_customers
from pixeldesk.pages.widgets.freshness import (
    freshness_beside,
    is_empty,
    show_empty_store,
    show_freshness,
    show_store_error,
)
from pixeldesk.pages.widgets.judging import show_newer_lines

freshness = freshness_beside("Customers")
try:
    desk = the_desk()
    coverage = desk.coverage()
    show_freshness(freshness, coverage)
    if is_empty(coverage):
        show_empty_store()
    else:
        with st.skeleton(height=420):
            judgement, marks, precision = desk.judgement(), desk.marks(), desk.case_precision()
        filters = ask_filters(judgement.diagnoses)
        within = chosen(
            judgement.diagnoses,
            cases=filters.cases,
            environment=filters.environment,
            start=start_of(filters.span, coverage["newest"]),
        )
        show_overview(overview(within, coverage["newest"]))
        shown = in_order(chosen(within, status=filters.status))
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            st.markdown(f"**{len(shown):,} diagnos{'is' if len(shown) == 1 else 'es'}**", width="content")
            show_newer_lines(judgement)
            offer_export(shown, marks)
        if shown:
            show_customers(shown, marks)
        else:
            st.caption("Nobody fails like that. Choose another status, time, environment or case.")
        show_precision(precision)
except PixeldeskError as error:
    show_store_error(error)
