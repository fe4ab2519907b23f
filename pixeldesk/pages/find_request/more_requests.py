"""List the requests of an answer that have no card on the page. Each row opens its card."""

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.compact_table import open_column, show_table
from pixeldesk.pages.widgets.request_link import ask_for_one
from pixeldesk.pages.widgets.request_table import method_and_route, status_column
from pixeldesk.pages.widgets.time_format import with_milliseconds
from pixeldesk.tickets.answer import LookupAnswer
from pixeldesk.tickets.found_requests import RequestRow

_MOST_SHOWN_ROWS = 12


def show_more_requests(answer: LookupAnswer) -> None:
    """Show how many requests there are, and those without a card as a table. The browser draws the rows in sight."""
    if not answer.more:
        return
    listed = len(answer.found) + len(answer.more)
    first = f", of which the first {listed:,} are listed" if listed < answer.requests else ""
    st.markdown(f"**{answer.requests:,} requests in all**{first}. {len(answer.found)} are above, the others here.")
    show_table(
        _table(answer.more),
        key="more_requests",
        alt="Further requests that the ids lead to, in time order",
        most_rows=_MOST_SHOWN_ROWS,
        columns={
            "open": open_column("open_more", answer.more, _open),
            "time": st.column_config.TextColumn("Time (UTC)", width=136),
            "status": status_column((row.status for row in answer.more), width=60),
            "code": st.column_config.TextColumn("Error code", width=168),
            "customer": st.column_config.TextColumn("Customer", width=120),
            "request": st.column_config.TextColumn("Request", width=164),
            "request_id": st.column_config.TextColumn("Request id", width=150),
        },
    )


def _open(row: RequestRow) -> None:
    ask_for_one(row.request_id, row.timestamp)


def _table(rows: tuple[RequestRow, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "open": ["Open" for _ in rows],
            "time": [with_milliseconds(row.timestamp) for row in rows],
            "status": [[str(row.status)] for row in rows],
            "code": [row.code for row in rows],
            "customer": [row.customer_id for row in rows],
            "request": [method_and_route(row.method, row.route) for row in rows],
            "request_id": [row.request_id for row in rows],
        }
    )
