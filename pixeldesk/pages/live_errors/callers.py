"""Who met errors in a span of time: each customer a way to its page."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.pages.widgets.customer_link import open_customer
from pixeldesk.trends.span_errors import FailingCaller, SpanErrors

_KEY = "open_failing_customer"
_ROW_PX, _HEAD_PX, _MOST_ROWS = 28, 34, 10


def show_callers(found: SpanErrors) -> None:
    """One row a customer, or where none is known a key or an address; those with most errors first."""
    st.markdown(f"**Customers** :gray[{_counted(found)}]")
    callers = found.worst_callers
    st.dataframe(
        pd.DataFrame(
            {
                "open": ["Open" if one.customer_id else None for one in callers],
                "who": [one.customer_id or f"unknown: {one.caller or 'not logged'}" for one in callers],
                "errors": [one.errors for one in callers],
                "codes": [", ".join(one.codes) for one in callers],
            }
        ),
        key="drill_callers",
        height=_HEAD_PX + _ROW_PX * min(len(callers), _MOST_ROWS),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt="Customers and other callers with errors in this time",
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=56, type="tertiary", key=_KEY, on_click=_open, args=(callers,)
            ),
            "who": st.column_config.TextColumn("Customer, key or address", width=170),
            "errors": st.column_config.NumberColumn("Errors", width=66, format="localized"),
            "codes": st.column_config.TextColumn("Error codes", width=190),
        },
    )


def _counted(found: SpanErrors) -> str:
    unknown = found.callers - found.customers
    others = f", {counted(unknown, 'other caller')}" if unknown else ""
    listed = f"; the {len(found.worst_callers)} with most errors" if found.callers > len(found.worst_callers) else ""
    return counted(found.customers, "customer") + others + listed


def _open(callers: Sequence[FailingCaller]) -> None:
    customer_id = callers[st.session_state[_KEY].row].customer_id
    if customer_id:
        open_customer(customer_id)
