"""Show which customers an incident affected, and requests that show it. Each row opens its customer or its request."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.incidents.around import Around
from pixeldesk.pages.widgets.compact_table import open_column, show_table
from pixeldesk.pages.widgets.customer_link import open_customer
from pixeldesk.pages.widgets.request_table import show_requests
from pixeldesk.trends.listed_request import ListedRequest

_MOST_ROWS = 10
_TIME_FORMAT = "D MMM, HH:mm"


def show_affected_customers(around: Around) -> None:
    """Show one row per customer, those with most failed requests first."""
    st.markdown("**Customers it hit** :gray[minutes in UTC]")
    if around.customers:
        rows = around.customers
        show_table(
            pd.DataFrame(
                {
                    "open": ["Open" for _ in rows],
                    "customer": [row.customer_id for row in rows],
                    "requests": [row.requests for row in rows],
                    "first": [row.first_seen for row in rows],
                    "last": [row.last_seen for row in rows],
                }
            ),
            key="hit_customers",
            alt="Customers that the incident hit, the most failed requests first",
            most_rows=_MOST_ROWS,
            columns={
                "open": open_column("open_hit_customer", [row.customer_id for row in rows], open_customer),
                "customer": st.column_config.TextColumn("Customer", width=150),
                "requests": st.column_config.NumberColumn("Failed requests", width=110, format="localized"),
                "first": st.column_config.DatetimeColumn("First", width=100, format=_TIME_FORMAT, timezone="UTC"),
                "last": st.column_config.DatetimeColumn("Last", width=100, format=_TIME_FORMAT, timezone="UTC"),
            },
        )
    st.caption(_unnamed(around))


def show_examples(examples: Sequence[ListedRequest]) -> None:
    """Show requests of different callers, each with a button that opens its card."""
    if not examples:
        return
    st.markdown("**Examples**")
    show_requests(
        examples,
        {"code": 140, "request": 160, "host": 80, "customer": 110, "request_id": 150},
        key="examples",
        open_key="open_example",
        alt="Requests that show the incident, one of each caller",
        most_rows=_MOST_ROWS,
    )


def _unnamed(around: Around) -> str:
    if around.unnamed is None:
        return "Every failed request names its customer."
    callers, requests = around.unnamed.callers, around.unnamed.requests
    who = "1 caller whose customer is" if callers == 1 else f"{callers:,} callers whose customers are"
    lead = "Beside them" if around.customers else "Only"
    return f"{lead} {who} not known, with {counted(requests, 'request')}."
