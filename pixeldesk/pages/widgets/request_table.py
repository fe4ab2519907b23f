"""Show requests as a table: when, with which status, what was requested, by whom. A button opens each one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.compact_table import open_column, show_table
from pixeldesk.pages.widgets.request_link import open_request
from pixeldesk.pages.widgets.status_colour import status_colour
from pixeldesk.pages.widgets.time_format import with_milliseconds

_TIME_PX, _STATUS_PX = 134, 58


def method_and_route(row: Mapping[str, Any]) -> str:
    """Return what was requested, such as `GET /pixel/events`: the route, or the path if no route was logged."""
    return f"{row['method'] or ''} {row['route'] or row['path'] or ''}"


_COLUMNS: dict[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {
    "code": ("Error code", lambda row: row["error_code"]),
    "request": ("Request", method_and_route),
    "environment": ("Environment", lambda row: row["environment"]),
    "host": ("Host", lambda row: row["host"]),
    "customer": ("Customer", lambda row: row["customer_id"]),
    "request_id": ("Request id", lambda row: row["request_id"]),
}


def show_requests(
    rows: Sequence[Mapping[str, Any]], widths: Mapping[str, int], *, key: str, open_key: str, alt: str, most_rows: int
) -> None:
    """Show one row per request, each with a button that opens its card.

    `rows` hold the fields of a request, with the timestamp in RFC 3339. `widths` names the columns after time and
    status, from left to right, with their widths in CSS pixels; see `_COLUMNS`.
    """
    cells = {name: [_COLUMNS[name][1](row) for row in rows] for name in widths}
    show_table(
        pd.DataFrame(
            {
                "open": ["Open" for _ in rows],
                "time": [with_milliseconds(row["timestamp"]) for row in rows],
                "status": [[str(row["status"])] for row in rows],
                **cells,
            }
        ),
        key=key,
        alt=alt,
        most_rows=most_rows,
        columns={
            "open": open_column(open_key, [row["request_id"] for row in rows], open_request),
            "time": st.column_config.TextColumn("Time (UTC)", width=_TIME_PX),
            "status": status_column((row["status"] for row in rows), _STATUS_PX),
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
