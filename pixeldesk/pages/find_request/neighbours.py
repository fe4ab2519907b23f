"""What the same customer, key or address asked for around a request, each row a way to that request."""

from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.customer_link import customer_link
from pixeldesk.pages.widgets.request_link import ask_for
from pixeldesk.pages.widgets.status_colour import status_colour
from pixeldesk.pages.widgets.time_format import in_table
from pixeldesk.tickets.cards import Card

_KEY = "open_neighbour"
# Few enough that the card's own row is in sight without scrolling: a table cannot be opened at a row.
_SHOWN_BEFORE, _SHOWN_AFTER = 5, 7
_ROW_PX, _HEAD_PX = 28, 34


def show_neighbours(card: Card) -> None:
    """The nearest requests before and after, in time order, with the card's own between them."""
    before, after = card["neighbours"]["before"][-_SHOWN_BEFORE:], card["neighbours"]["after"][:_SHOWN_AFTER]
    rows = [*before, _own_row(card), *after]
    if len(rows) == 1:
        st.caption(f"No other request of {_same(card)} is in the store.")
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.markdown(f"**Before and after, {_same(card)}**", width="content")
        if card["customer_id"]:
            customer_link(card["customer_id"])
    statuses = sorted({str(row["status"]) for row in rows})
    st.dataframe(
        _table(rows),
        # A name of its own: the browser then fills the table anew where it would build another.
        key="neighbours",
        height=_HEAD_PX + _ROW_PX * len(rows),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt="Requests of the same caller before and after this one, in time order",
        column_config={
            "open": st.column_config.ButtonColumn(
                "",
                width=56,
                type="tertiary",
                key=_KEY,
                on_click=_open,
                args=([row["request_id"] for row in rows],),
            ),
            "time": st.column_config.TextColumn("Time (UTC)", width=136),
            "status": st.column_config.MultiselectColumn(
                "Status",
                width=60,
                options=statuses,
                color=[status_colour(int(status) if status.isdigit() else None) for status in statuses],
            ),
            "code": st.column_config.TextColumn("Error code", width=168),
            "route": st.column_config.TextColumn("Request", width=164),
            "duration": st.column_config.NumberColumn("ms", width=56, format="%.1f"),
            "request_id": st.column_config.TextColumn("Request id", width=150),
        },
    )


def _own_row(card: Card) -> dict[str, Any]:
    return {**card, "error_code": card["error"]["code"], "own": True}


def _same(card: Card) -> str:
    if card["customer_id"]:
        return "same customer"
    return "same key" if card["key"]["fingerprint"] else "same address"


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "open": ["▸ this" if row.get("own") else "Open" for row in rows],
            "time": [in_table(row["timestamp"]) for row in rows],
            "status": [[str(row["status"])] for row in rows],
            "code": [row["error_code"] for row in rows],
            "route": [f"{row['method'] or ''} {row['route'] or row['path'] or ''}" for row in rows],
            "duration": [row["duration_ms"] for row in rows],
            "request_id": [row["request_id"] for row in rows],
        }
    )


def _open(ids: list[str]) -> None:
    ask_for([ids[st.session_state[_KEY].row]])
