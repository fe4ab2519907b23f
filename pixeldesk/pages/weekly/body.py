"""Everything below the head of a weekly review: the weeks, the rates, and who and what moved."""

import streamlit as st

from pixeldesk.pages.weekly.charts import show_bars, show_weeks
from pixeldesk.pages.weekly.tables import show_table
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.pages.widgets.customer_link import open_customer
from pixeldesk.pages.widgets.incident_link import open_incident
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.tables import Table, tables


def show_body(review: Review) -> None:
    """In the order in which it is read."""
    named = {table.sheet: table for table in tables(review)}
    _show_weeks(review, named)
    _show_rates(review, named)
    _show_codes(named)
    _show_customers(review, named)
    show_table(named["Cases"])


def _show_weeks(review: Review, named: dict[str, Table]) -> None:
    left, right = st.columns([9, 16], gap="medium")
    with left:
        show_weeks(review.weeks)
    with right:
        show_table(named["Weeks"])
        show_table(named["Incidents"], [one.id for one in review.incidents], open_incident)
        if named["Missing hours"].rows:
            show_table(named["Missing hours"])


def _show_rates(review: Review, named: dict[str, Table]) -> None:
    left, right = st.columns([9, 16], gap="medium")
    with left:
        show_bars(review.codes, "By error code", key="weekly_code_bars", colour=code_colour)
    with right:
        show_table(named["Codes"])
    left, right = st.columns([9, 16], gap="medium")
    with left:
        show_bars(review.routes, "By route", key="weekly_route_bars")
    with right:
        show_table(named["Routes"])


def _show_codes(named: dict[str, Table]) -> None:
    for place, sheet in zip(st.columns(3, gap="medium"), ("Hit most", "New codes", "Vanished codes"), strict=True):
        with place:
            show_table(named[sheet])


def _show_customers(review: Review, named: dict[str, Table]) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        show_table(named["Movers"])
        show_table(named["New customers"], [one.customer_id for one in review.new_customers or ()], open_customer)
    with right:
        moved, recovered = review.customer_movers or (), review.recovered_customers or ()
        show_table(named["Customers moved"], [one.customer_id for one in moved], open_customer)
        show_table(named["Recovered customers"], [one.customer_id for one in recovered], open_customer)
