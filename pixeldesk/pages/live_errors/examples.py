"""Requests that failed in a span of time, each a way to its card."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.request_link import open_request
from pixeldesk.pages.widgets.status_colour import status_colour
from pixeldesk.pages.widgets.time_format import in_table
from pixeldesk.queries.values import rfc3339
from pixeldesk.trends.span_errors import SpanErrors

_KEY = "open_failed_request"
_ROW_PX, _HEAD_PX, _MOST_ROWS = 28, 34, 16


def show_examples(found: SpanErrors) -> None:
    """The newest ones, one row a request."""
    rows = found.examples
    errors = sum(found.series.errors)
    st.markdown("**Requests**" + (f" :gray[the newest {len(rows)} of {errors:,}]" if errors > len(rows) else ""))
    statuses = sorted({str(row["status"]) for row in rows})
    st.dataframe(
        pd.DataFrame(
            {
                "open": ["Open" for _ in rows],
                "time": [in_table(rfc3339(row["timestamp"])) for row in rows],
                "status": [[str(row["status"])] for row in rows],
                "code": [row["error_code"] for row in rows],
                "request": [f"{row['method'] or ''} {row['route'] or row['path'] or ''}" for row in rows],
                "customer": [row["customer_id"] for row in rows],
                "host": [row["host"] for row in rows],
                "request_id": [row["request_id"] for row in rows],
            }
        ),
        key="drill_examples",
        height=_HEAD_PX + _ROW_PX * min(len(rows), _MOST_ROWS),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt="Requests that failed in this time, the newest first",
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=56, type="tertiary", key=_KEY, on_click=_open,
                args=([row["request_id"] for row in rows],),
            ),
            "time": st.column_config.TextColumn("Time (UTC)", width=134),
            "status": st.column_config.MultiselectColumn(
                "Status", width=58, options=statuses, color=[status_colour(int(status)) for status in statuses]
            ),
            "code": st.column_config.TextColumn("Error code", width=150),
            "request": st.column_config.TextColumn("Request", width=170),
            "customer": st.column_config.TextColumn("Customer", width=84),
            "host": st.column_config.TextColumn("Host", width=70),
            "request_id": st.column_config.TextColumn("Request id", width=150),
        },
    )  # fmt: skip


def _open(ids: Sequence[str]) -> None:
    open_request(ids[st.session_state[_KEY].row])
