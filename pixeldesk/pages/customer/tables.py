"""Show a customer's keys, websites and last failed requests as tables."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from pixeldesk.desk.customer import CustomerKey, CustomerWebsite
from pixeldesk.pages.widgets.compact_table import show_table
from pixeldesk.pages.widgets.request_table import show_requests
from pixeldesk.trends.listed_request import ListedRequest

_MOST_ROWS = 12
_TIME_FORMAT = "D MMM, HH:mm"


def show_keys(keys: Sequence[CustomerKey]) -> None:
    """Show the keys that the customer used. Of a key, only its prefix or fingerprint is shown."""
    if not keys:
        return
    st.markdown("**Keys** :gray[times in UTC]")
    columns = {
        "Key": [_hint(row) for row in keys],
        "Id": [row.key_id for row in keys],
        "Environment": [row.environment for row in keys],
        "Scopes": [_scopes(row.key_scopes) for row in keys],
        "Requests": [row.requests for row in keys],
        "Failed": [row.failed for row in keys],
        "Last seen": [row.last_seen for row in keys],
        "Revoked": [row.key_revoked_at for row in keys],
        "Expires": [row.key_expires_at for row in keys],
    }
    _show(columns, "keys", "Keys of this customer", ("Last seen", "Revoked", "Expires"))


def show_websites(websites: Sequence[CustomerWebsite]) -> None:
    """Show the customer's websites, and whether events arrive for them."""
    if not websites:
        return
    st.markdown("**Websites** :gray[times in UTC]")
    columns = {
        "Website": [row.website_id for row in websites],
        "Environment": [row.environment for row in websites],
        "Requests": [row.requests for row in websites],
        "Failed": [row.failed for row in websites],
        "Events accepted": [row.events_accepted for row in websites],
        "Last event": [row.last_event for row in websites],
        "Empty answers": [row.empty_answers for row in websites],
        "Last seen": [row.last_seen for row in websites],
    }
    _show(columns, "websites", "Websites of this customer", ("Last event", "Last seen"))


def show_failures(failures: Sequence[ListedRequest]) -> None:
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


def _show(columns: Mapping[str, object], key: str, alt: str, times: Sequence[str]) -> None:
    show_table(
        pd.DataFrame(columns),
        key=key,
        alt=alt,
        most_rows=_MOST_ROWS,
        columns={name: st.column_config.DatetimeColumn(name, format=_TIME_FORMAT, timezone="UTC") for name in times},
    )


def _hint(key: CustomerKey) -> str:
    length = f" ({key.key_length} characters)" if key.key_length else ""
    return f"{key.key_prefix}…{length}" if key.key_prefix else f"{key.key_fingerprint or 'not logged'}{length}"


def _scopes(scopes: tuple[str, ...] | None) -> str | None:
    return None if scopes is None else ", ".join(scopes) or "none"
