"""A customer's keys, websites and last failures, as tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.request_link import open_request
from pixeldesk.pages.widgets.status_colour import status_colour
from pixeldesk.pages.widgets.time_format import in_table

_KEY = "open_failure"
_ROW_PX, _HEAD_PX, _MOST_ROWS = 28, 34, 12
_TIME = "D MMM, HH:mm"


def show_keys(keys: Sequence[dict[str, Any]]) -> None:
    """Hints of the keys: never more than how one begins."""
    if not keys:
        return
    st.markdown("**Keys** :gray[times in UTC]")
    table = {
        "Key": [_hint(row) for row in keys],
        "Id": [row["key_id"] for row in keys],
        "Environment": [row["environment"] for row in keys],
        "Scopes": [_scopes(row["key_scopes"]) for row in keys],
        "Requests": [row["requests"] for row in keys],
        "Failed": [row["failed"] for row in keys],
        "Last seen": [_time(row["last_seen"]) for row in keys],
        "Revoked": [_time(row["key_revoked_at"]) for row in keys],
        "Expires": [_time(row["key_expires_at"]) for row in keys],
    }
    _show(table, "keys", "Keys of this customer", ("Last seen", "Revoked", "Expires"))


def show_websites(websites: Sequence[dict[str, Any]]) -> None:
    """The websites, and whether events arrive for them."""
    if not websites:
        return
    st.markdown("**Websites** :gray[times in UTC]")
    table = {
        "Website": [row["website_id"] for row in websites],
        "Environment": [row["environment"] for row in websites],
        "Requests": [row["requests"] for row in websites],
        "Failed": [row["failed"] for row in websites],
        "Events accepted": [row["events_accepted"] for row in websites],
        "Last event": [_time(row["last_event"]) for row in websites],
        "Empty answers": [row["empty_answers"] for row in websites],
        "Last seen": [_time(row["last_seen"]) for row in websites],
    }
    _show(table, "websites", "Websites of this customer", ("Last event", "Last seen"))


def show_failures(failures: Sequence[dict[str, Any]]) -> None:
    """The last failed requests, each a way to its card."""
    if not failures:
        return
    st.markdown("**Last failed requests**")
    statuses = sorted({str(row["status"]) for row in failures})
    st.dataframe(
        pd.DataFrame(
            {
                "open": ["Open" for _ in failures],
                "time": [in_table(row["timestamp"]) for row in failures],
                "status": [[str(row["status"])] for row in failures],
                "code": [row["error_code"] for row in failures],
                "route": [f"{row['method'] or ''} {row['route'] or row['path'] or ''}" for row in failures],
                "environment": [row["environment"] for row in failures],
                "request_id": [row["request_id"] for row in failures],
            }
        ),
        key="failures",
        height=_height(failures),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt="The last failed requests of this customer",
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=56, type="tertiary", key=_KEY, on_click=_open,
                args=([row["request_id"] for row in failures],),
            ),
            "time": st.column_config.TextColumn("Time (UTC)", width=134),
            "status": st.column_config.MultiselectColumn(
                "Status", width=58, options=statuses, color=[status_colour(int(status)) for status in statuses]
            ),
            "code": st.column_config.TextColumn("Error code", width=150),
            "route": st.column_config.TextColumn("Request", width=150),
            "environment": st.column_config.TextColumn("Environment", width=92),
            "request_id": st.column_config.TextColumn("Request id", width=150),
        },
    )  # fmt: skip


def _show(table: dict[str, list[Any]], key: str, alt: str, times: Sequence[str]) -> None:
    rows = next(iter(table.values()))
    st.dataframe(
        pd.DataFrame(table),
        key=key,
        height=_height(rows),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt=alt,
        column_config={name: st.column_config.DatetimeColumn(name, format=_TIME, timezone="UTC") for name in times},
    )


def _height(rows: Sequence[object]) -> int:
    return _HEAD_PX + _ROW_PX * min(len(rows), _MOST_ROWS)


def _hint(key: dict[str, Any]) -> str:
    length = f" ({key['key_length']} characters)" if key["key_length"] else ""
    return f"{key['key_prefix']}…{length}" if key["key_prefix"] else f"{key['key_fingerprint'] or 'not logged'}{length}"


def _scopes(scopes: list[str] | None) -> str | None:
    return None if scopes is None else ", ".join(scopes) or "none"


def _time(timestamp: str | None) -> datetime | None:
    return None if timestamp is None else datetime.fromisoformat(timestamp)


def _open(ids: Sequence[str]) -> None:
    open_request(ids[st.session_state[_KEY].row])
