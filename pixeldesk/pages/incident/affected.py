"""Whom an incident hit, and requests that show it: each row a way to its customer, or to its card."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.incidents.around import Around
from pixeldesk.pages.widgets.customer_link import open_customer
from pixeldesk.pages.widgets.request_link import open_request
from pixeldesk.pages.widgets.status_colour import status_colour
from pixeldesk.pages.widgets.time_format import in_table

_CUSTOMER, _EXAMPLE = "open_hit_customer", "open_example"
_ROW_PX, _HEAD_PX, _MOST_ROWS = 28, 34, 10
_TIME = "D MMM, HH:mm"


def show_hit_customers(around: Around) -> None:
    """One row a customer, the most requests first."""
    st.markdown("**Customers it hit** :gray[minutes in UTC]")
    if around.customers:
        rows = around.customers
        st.dataframe(
            pd.DataFrame(
                {
                    "open": ["Open" for _ in rows],
                    "customer": [row["customer_id"] for row in rows],
                    "requests": [int(row["requests"]) for row in rows],
                    "first": [row["first_seen"] for row in rows],
                    "last": [row["last_seen"] for row in rows],
                }
            ),
            key="hit_customers",
            height=_height(rows),
            row_height=_ROW_PX,
            hide_index=True,
            placeholder="",
            alt="Customers that the incident hit, the most failed requests first",
            column_config={
                "open": st.column_config.ButtonColumn(
                    "", width=56, type="tertiary", key=_CUSTOMER, on_click=_open_customer,
                    args=([row["customer_id"] for row in rows],),
                ),
                "customer": st.column_config.TextColumn("Customer", width=150),
                "requests": st.column_config.NumberColumn("Failed requests", width=110, format="localized"),
                "first": st.column_config.DatetimeColumn("First", width=100, format=_TIME, timezone="UTC"),
                "last": st.column_config.DatetimeColumn("Last", width=100, format=_TIME, timezone="UTC"),
            },
        )  # fmt: skip
    st.caption(_unnamed(around))


def show_examples(examples: Sequence[dict[str, Any]]) -> None:
    """Requests of different callers, each with its card."""
    if not examples:
        return
    statuses = sorted({str(row["status"]) for row in examples})
    st.markdown("**Examples**")
    st.dataframe(
        pd.DataFrame(
            {
                "open": ["Open" for _ in examples],
                "time": [in_table(row["timestamp"]) for row in examples],
                "status": [[str(row["status"])] for row in examples],
                "code": [row["error_code"] for row in examples],
                "route": [f"{row['method'] or ''} {row['route'] or row['path'] or ''}" for row in examples],
                "host": [row["host"] for row in examples],
                "customer": [row["customer_id"] for row in examples],
                "request_id": [row["request_id"] for row in examples],
            }
        ),
        key="examples",
        height=_height(examples),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt="Requests that show the incident, one of each caller",
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=56, type="tertiary", key=_EXAMPLE, on_click=_open_example,
                args=([row["request_id"] for row in examples],),
            ),
            "time": st.column_config.TextColumn("Time (UTC)", width=134),
            "status": st.column_config.MultiselectColumn(
                "Status", width=58, options=statuses, color=[status_colour(int(status)) for status in statuses]
            ),
            "code": st.column_config.TextColumn("Error code", width=140),
            "route": st.column_config.TextColumn("Request", width=160),
            "host": st.column_config.TextColumn("Host", width=80),
            "customer": st.column_config.TextColumn("Customer", width=110),
            "request_id": st.column_config.TextColumn("Request id", width=150),
        },
    )  # fmt: skip


def _unnamed(around: Around) -> str:
    if around.unnamed is None:
        return "Every failed request names its customer."
    callers, requests = int(around.unnamed["callers"]), int(around.unnamed["requests"])
    who = "1 caller whose customer is" if callers == 1 else f"{callers:,} callers whose customers are"
    lead = "Beside them" if around.customers else "Only"
    return f"{lead} {who} not known, with {counted(requests, 'request')}."


def _height(rows: Sequence[object]) -> int:
    return _HEAD_PX + _ROW_PX * min(len(rows), _MOST_ROWS)


def _open_customer(customers: Sequence[str]) -> None:
    open_customer(customers[st.session_state[_CUSTOMER].row])


def _open_example(ids: Sequence[str]) -> None:
    open_request(ids[st.session_state[_EXAMPLE].row])
