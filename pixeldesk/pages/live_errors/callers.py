"""Show which customers and other callers had errors in a span of time. Each customer opens its page."""

import pandas as pd
import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.pages.widgets.compact_table import open_column, show_table
from pixeldesk.pages.widgets.customer_link import open_customer
from pixeldesk.trends.span_errors import FailingCaller, SpanErrors

_MOST_ROWS = 10


def show_callers(found: SpanErrors) -> None:
    """Show one row per customer, or per key or client address without a customer; those with most errors first."""
    st.markdown(f"**Customers** :gray[{_count(found)}]")
    callers = found.worst_callers
    show_table(
        pd.DataFrame(
            {
                "open": ["Open" if caller.customer_id else None for caller in callers],
                "who": [caller.customer_id or f"unknown: {caller.caller or 'not logged'}" for caller in callers],
                "errors": [caller.errors for caller in callers],
                "codes": [", ".join(caller.codes) for caller in callers],
            }
        ),
        key="drill_callers",
        alt="Customers and other callers with errors in this time",
        most_rows=_MOST_ROWS,
        columns={
            "open": open_column("open_failing_customer", callers, _open),
            "who": st.column_config.TextColumn("Customer, key or address", width=170),
            "errors": st.column_config.NumberColumn("Errors", width=66, format="localized"),
            "codes": st.column_config.TextColumn("Error codes", width=190),
        },
    )


def _count(found: SpanErrors) -> str:
    unknown = found.callers - found.customers
    others = f", {counted(unknown, 'other caller')}" if unknown else ""
    listed = f"; the {len(found.worst_callers)} with most errors" if found.callers > len(found.worst_callers) else ""
    return counted(found.customers, "customer") + others + listed


def _open(caller: FailingCaller) -> None:
    if caller.customer_id:
        open_customer(caller.customer_id)
