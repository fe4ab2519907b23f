"""Show the totals above the table of customers."""

import streamlit as st

from pixeldesk.diagnosis.overview import Overview


def show_overview(counts: Overview) -> None:
    """Show how many customers fail now, with how many requests, and how many have recovered."""
    with st.grid(4, min_column_width=150, gap="small"):
        st.metric("Customers failing now", f"{counts.customers:,}", border=True)
        st.metric("Failed requests behind them", f"{counts.requests:,}", border=True)
        st.metric("Kinds of mistake", f"{counts.cases:,}", border=True)
        st.metric("Recovered, last 7 days", f"{counts.recovered:,}", border=True)
    others = [
        f"{count:,} {singular if count == 1 else plural}"
        for count, singular, plural in (
            (counts.unnamed, "caller whose customer is not known", "callers whose customer is not known"),
            (counts.scanners, "scanner", "scanners"),
        )
        if count
    ]
    if others:
        st.caption(f"Beside them: {' and '.join(others)}.")
