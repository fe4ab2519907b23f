"""The few numbers above the table of customers."""

import streamlit as st

from pixeldesk.diagnosis.overview import Overview


def show_overview(counts: Overview) -> None:
    """Who fails now and with how much, and how much is over."""
    with st.grid(4, min_column_width=150, gap="small"):
        st.metric("Customers failing now", f"{counts.customers:,}", border=True)
        st.metric("Failed requests behind them", f"{counts.requests:,}", border=True)
        st.metric("Kinds of mistake", f"{counts.cases:,}", border=True)
        st.metric("Recovered, last 7 days", f"{counts.recovered:,}", border=True)
    others = [
        f"{count:,} {one if count == 1 else several}"
        for count, one, several in (
            (counts.unnamed, "caller whose customer is not known", "callers whose customer is not known"),
            (counts.scanners, "scanner", "scanners"),
        )
        if count
    ]
    if others:
        st.caption(f"Beside them: {' and '.join(others)}.")
