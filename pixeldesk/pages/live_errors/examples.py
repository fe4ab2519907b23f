"""Show requests that failed in a span of time. Each row opens its card."""

import streamlit as st

from pixeldesk.pages.widgets.request_table import show_requests
from pixeldesk.trends.span_errors import SpanErrors

_MOST_ROWS = 16


def show_examples(found: SpanErrors) -> None:
    """Show the newest failed requests, one row per request."""
    rows = found.examples
    errors = sum(found.series.errors)
    st.markdown("**Requests**" + (f" :gray[the newest {len(rows)} of {errors:,}]" if errors > len(rows) else ""))
    show_requests(
        rows,
        {"code": 150, "request": 170, "customer": 84, "host": 70, "request_id": 150},
        key="drill_examples",
        open_key="open_failed_request",
        alt="Requests that failed in this time, the newest first",
        most_rows=_MOST_ROWS,
    )
