"""Show how many requests a customer sends in each environment, and how many of them fail."""

from collections.abc import Sequence

import streamlit as st

from pixeldesk.desk.customer import CustomerTotals
from pixeldesk.pages.widgets.safe_text import show_text
from pixeldesk.pages.widgets.time_format import to_the_minute


def show_totals(totals: Sequence[CustomerTotals]) -> None:
    """Show one tile per environment."""
    with st.grid("auto", min_column_width=260, gap="small"):
        for row in totals:
            with st.container(border=True, gap="xxsmall"):
                st.caption("Requests that name this customer")
                show_text(
                    f"{row.environment or 'environment not named'}\n"
                    f"{row.requests:,} requests, {row.failed:,} failed\n"
                    f"{to_the_minute(row.first_seen)} to {to_the_minute(row.last_seen)}"
                )
