"""Show requests as a table: when, with which status, what was requested, by whom. A button opens each one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.compact_table import open_column, show_table
from pixeldesk.pages.widgets.request_link import open_request
from pixeldesk.pages.widgets.status_colour import status_colour
from pixeldesk.pages.widgets.time_format import with_milliseconds
from pixeldesk.trends.listed_request import ListedRequest

_TIME_PX, _STATUS_PX = 134, 58


def method_and_route(method: str | None, route: str | None, path: str | None = None) -> str:
    """Return what was requested, such as `GET /pixel/events`: the route, or the path if no route was logged."""
    return f"{method or ''} {route or path or ''}"


_COLUMNS: dict[str, tuple[str, Callable[[ListedRequest], str | None]]] = {
    "code": ("Error code", lambda request: request.error_code),
    "request": ("Request", lambda request: method_and_route(request.method, request.route, request.path)),
    "environment": ("Environment", lambda request: request.environment),
    "host": ("Host", lambda request: request.host),
    "customer": ("Customer", lambda request: request.customer_id),
    "request_id": ("Request id", lambda request: request.request_id),
}


def show_requests(
    requests: Sequence[ListedRequest], widths: Mapping[str, int], *, key: str, open_key: str, alt: str, most_rows: int
) -> None:
    """Show one row per request, each with a button that opens its card.

    `widths` names the columns after time and status, from left to right, with their widths in CSS pixels; see
    `_COLUMNS`.
    """
    cells = {name: [_COLUMNS[name][1](request) for request in requests] for name in widths}
    show_table(
        pd.DataFrame(
            {
                "open": ["Open" for _ in requests],
                "time": [with_milliseconds(request.timestamp) for request in requests],
                "status": [[str(request.status)] for request in requests],
                **cells,
            }
        ),
        key=key,
        alt=alt,
        most_rows=most_rows,
        columns={
            "open": open_column(open_key, [request.request_id for request in requests], open_request),
            "time": st.column_config.TextColumn("Time (UTC)", width=_TIME_PX),
            "status": status_column((request.status for request in requests), _STATUS_PX),
            **{name: st.column_config.TextColumn(_COLUMNS[name][0], width=width) for name, width in widths.items()},
        },
    )


def status_column(statuses: Iterable[int | None], width: int) -> Any:
    """Return the configuration of a column of HTTP statuses, each in the colour of its class. `width` in CSS pixels."""
    colours = {str(status): status_colour(status) for status in statuses}
    options = sorted(colours)
    return st.column_config.MultiselectColumn(
        "Status", width=width, options=options, color=[colours[option] for option in options]
    )
