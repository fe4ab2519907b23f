"""Show requests of the same customer, key or client address before and after a request. Each row opens its card."""

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.compact_table import open_column, show_table
from pixeldesk.pages.widgets.customer_link import customer_link
from pixeldesk.pages.widgets.request_link import ask_for
from pixeldesk.pages.widgets.request_table import method_and_route, status_column
from pixeldesk.pages.widgets.time_format import with_milliseconds
from pixeldesk.tickets.card import Card, Neighbour

# Few enough that the card's own row is visible: Streamlit cannot scroll a table to a row.
_SHOWN_BEFORE, _SHOWN_AFTER = 5, 7


def show_neighbours(card: Card) -> None:
    """Show the nearest requests before and after, in order of time, with the card's own request between them."""
    before, after = card.neighbours.before[-_SHOWN_BEFORE:], card.neighbours.after[:_SHOWN_AFTER]
    own = _own_row(card)
    rows = [*before, own, *after]
    if len(rows) == 1:
        st.caption(f"No other request of {_same(card)} is in the store.")
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.markdown(f"**Before and after, {_same(card)}**", width="content")
        if card.customer_id:
            customer_link(card.customer_id)
    show_table(
        _table(rows, own),
        # With a key, the browser fills the same table again for another card, instead of building a new one.
        key="neighbours",
        alt="Requests of the same caller before and after this one, in time order",
        most_rows=len(rows),
        columns={
            "open": open_column("open_neighbour", [[row.request_id] for row in rows], ask_for),
            "time": st.column_config.TextColumn("Time (UTC)", width=136),
            "status": status_column((row.status for row in rows), width=60),
            "code": st.column_config.TextColumn("Error code", width=168),
            "route": st.column_config.TextColumn("Request", width=164),
            "duration": st.column_config.NumberColumn("ms", width=56, format="%.1f"),
            "request_id": st.column_config.TextColumn("Request id", width=150),
        },
    )


def _own_row(card: Card) -> Neighbour:
    return Neighbour(
        timestamp=card.timestamp,
        request_id=card.request_id,
        environment=card.environment,
        method=card.method,
        route=card.route,
        path=card.path,
        status=card.status,
        error_code=card.error.code,
        duration_ms=card.duration_ms,
        customer_id=card.customer_id,
    )


def _same(card: Card) -> str:
    if card.customer_id:
        return "same customer"
    return "same key" if card.key.fingerprint else "same address"


def _table(rows: list[Neighbour], own: Neighbour) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "open": ["▸ this" if row is own else "Open" for row in rows],
            "time": [with_milliseconds(row.timestamp) for row in rows],
            "status": [[str(row.status)] for row in rows],
            "code": [row.error_code for row in rows],
            "route": [method_and_route(row.method, row.route, row.path) for row in rows],
            "duration": [row.duration_ms for row in rows],
            "request_id": [row.request_id for row in rows],
        }
    )
