"""Show a customer's keys, websites and last failed requests as tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.compact_table import show_table
from pixeldesk.pages.widgets.request_table import show_requests

_MOST_ROWS = 12
_TIME_FORMAT = "D MMM, HH:mm"


def show_keys(keys: Sequence[dict[str, Any]]) -> None:
    """Show the keys that the customer used. Of a key, only its prefix or fingerprint is shown."""
    if not keys:
        return
    st.markdown("**Keys** :gray[times in UTC]")
    columns = {
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
    _show(columns, "keys", "Keys of this customer", ("Last seen", "Revoked", "Expires"))


def show_websites(websites: Sequence[dict[str, Any]]) -> None:
    """Show the customer's websites, and whether events arrive for them."""
    if not websites:
        return
    st.markdown("**Websites** :gray[times in UTC]")
    columns = {
        "Website": [row["website_id"] for row in websites],
        "Environment": [row["environment"] for row in websites],
        "Requests": [row["requests"] for row in websites],
        "Failed": [row["failed"] for row in websites],
        "Events accepted": [row["events_accepted"] for row in websites],
        "Last event": [_time(row["last_event"]) for row in websites],
        "Empty answers": [row["empty_answers"] for row in websites],
        "Last seen": [_time(row["last_seen"]) for row in websites],
    }
    _show(columns, "websites", "Websites of this customer", ("Last event", "Last seen"))


def show_failures(failures: Sequence[dict[str, Any]]) -> None:
    """Show the last failed requests, each with a button that opens its card."""
    if not failures:
        return
    st.markdown("**Last failed requests**")
    show_requests(
        failures,
        {"code": 150, "request": 150, "environment": 92, "request_id": 150},
        key="failures",
        open_key="open_failure",
        alt="The last failed requests of this customer",
        most_rows=_MOST_ROWS,
    )


def _show(columns: dict[str, list[Any]], key: str, alt: str, times: Sequence[str]) -> None:
    show_table(
        pd.DataFrame(columns),
        key=key,
        alt=alt,
        most_rows=_MOST_ROWS,
        columns={name: st.column_config.DatetimeColumn(name, format=_TIME_FORMAT, timezone="UTC") for name in times},
    )


def _hint(key: dict[str, Any]) -> str:
    length = f" ({key['key_length']} characters)" if key["key_length"] else ""
    return f"{key['key_prefix']}…{length}" if key["key_prefix"] else f"{key['key_fingerprint'] or 'not logged'}{length}"


def _scopes(scopes: list[str] | None) -> str | None:
    return None if scopes is None else ", ".join(scopes) or "none"


def _time(timestamp: str | None) -> datetime | None:
    return None if timestamp is None else datetime.fromisoformat(timestamp)
