"""Show a weekly review below its head: the weeks, the rates, and which codes, routes and customers changed."""

import streamlit as st

from pixeldesk.pages.weekly.charts import show_bars, show_weeks
from pixeldesk.pages.weekly.tables import show_review_table
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.pages.widgets.customer_link import open_customer
from pixeldesk.pages.widgets.incident_link import open_incident
from pixeldesk.weekly.review import Review
from pixeldesk.weekly.tables import Table, tables


def show_body(review: Review) -> None:
    """Show the charts and tables of a review, in reading order."""
    by_sheet = {table.sheet: table for table in tables(review)}
    _show_weeks(review, by_sheet)
    _show_rates(review, by_sheet)
    _show_codes(by_sheet)
    _show_customers(review, by_sheet)
    show_review_table(by_sheet["Cases"])


def _show_weeks(review: Review, by_sheet: dict[str, Table]) -> None:
    left, right = st.columns([9, 16], gap="medium")
    with left:
        show_weeks(review.weeks)
    with right:
        show_review_table(by_sheet["Weeks"])
        show_review_table(by_sheet["Incidents"], [incident.id for incident in review.incidents], open_incident)
        if by_sheet["Missing hours"].rows:
            show_review_table(by_sheet["Missing hours"])


def _show_rates(review: Review, by_sheet: dict[str, Table]) -> None:
    left, right = st.columns([9, 16], gap="medium")
    with left:
        show_bars(review.codes, "By error code", key="weekly_code_bars", colour=code_colour)
    with right:
        show_review_table(by_sheet["Codes"])
    left, right = st.columns([9, 16], gap="medium")
    with left:
        show_bars(review.routes, "By route", key="weekly_route_bars")
    with right:
        show_review_table(by_sheet["Routes"])


def _show_codes(by_sheet: dict[str, Table]) -> None:
    for column, sheet in zip(st.columns(3, gap="medium"), ("Hit most", "New codes", "Vanished codes"), strict=True):
        with column:
            show_review_table(by_sheet[sheet])


def _show_customers(review: Review, by_sheet: dict[str, Table]) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        show_review_table(by_sheet["Movers"])
        show_review_table(
            by_sheet["New customers"], [customer.customer_id for customer in review.new_customers or ()], open_customer
        )
    with right:
        moved, recovered = review.customer_movers or (), review.recovered_customers or ()
        show_review_table(by_sheet["Customers moved"], [customer.customer_id for customer in moved], open_customer)
        show_review_table(
            by_sheet["Recovered customers"], [customer.customer_id for customer in recovered], open_customer
        )
