"""Show the filters of Live errors. They show the values in the address, and a choice changes the address."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import streamlit as st

from pixeldesk.incidents.incident import ANY_SERVER_ERROR
from pixeldesk.pages.live_errors.view import FIELDS, View, go_to, go_to_time, whole_minutes
from pixeldesk.pages.widgets.widget_value import set_value
from pixeldesk.printable import visible
from pixeldesk.trends.time_range import LENGTHS, MINUTE, TimeRange, last

_LENGTH, _FROM, _TO = "errors_length", "errors_from", "errors_to"
_LABELS = {
    "environment": "Environment",
    "code": "Error code",
    "route": "Route",
    "host": "Host",
    "customer": "Customer",
}
_WIDTHS = {"environment": 124, "code": 160, "route": 140, "host": 104, "customer": 124}
_TIME_FORMAT = "YYYY-MM-DD"


def ask_filters(view: View, newest: datetime, values: dict[str, list[str]]) -> None:
    """Ask for the range of time, and for values that requests must have. `values` are the options of each field."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _ask_length(view, newest)
        _ask_time(view)
        for name, field in FIELDS.items():
            _ask_value(view, name, values.get(field, []))


def _ask_length(view: View, newest: datetime) -> None:
    set_value(_LENGTH, view.live or view.length_back_from(newest))
    st.segmented_control(
        "Range",
        list(LENGTHS),
        key=_LENGTH,
        on_change=_choose_length,
        args=(view, newest),
        help="Counting back from the newest record, not from now",
    )


def _choose_length(view: View, newest: datetime) -> None:
    name = st.session_state[_LENGTH]
    if name is None:
        return
    go_to_time(replace(view, live=name if view.live else None), last(LENGTHS[name], newest))


def _ask_time(view: View) -> None:
    label = f"Newest {view.live}" if view.live else _range_label(view.range)
    with st.popover(label, icon=":material/calendar_month:"):
        # A new key for each range: a form would otherwise show what was typed before and not submitted.
        key = f"{view.range.start:%Y%m%d%H%M}-{view.range.end:%Y%m%d%H%M}"
        with st.form(f"errors_time_{key}", border=False):
            left, right = st.columns(2)
            for column, label, name, time in (
                (left, "From (UTC)", _FROM, view.range.start),
                (right, "To (UTC)", _TO, view.range.end),
            ):
                column.datetime_input(label, time, key=f"{name}_{key}", step=MINUTE, format=_TIME_FORMAT)
            st.form_submit_button("Show", type="primary", on_click=_choose_time, args=(view, key))


def _choose_time(view: View, key: str) -> None:
    start, end = st.session_state[f"{_FROM}_{key}"], st.session_state[f"{_TO}_{key}"]
    chosen = whole_minutes(start, end) if start and end else None
    if chosen:
        go_to_time(replace(view, live=None), chosen)


def _ask_value(view: View, name: str, values: Sequence[str]) -> None:
    key, value = f"errors_{name}", view.values.get(name)
    set_value(key, value)
    first = [ANY_SERVER_ERROR] if name == "code" else []
    st.selectbox(
        _LABELS[name],
        list(dict.fromkeys([*first, *values, *([value] if value else [])])),
        index=None,
        key=key,
        placeholder="All",
        format_func=visible,
        width=_WIDTHS[name],
        # Only customers with errors are listed.
        accept_new_options=name == "customer",
        on_change=_choose_value,
        args=(view, name),
    )


def _choose_value(view: View, name: str) -> None:
    value = (st.session_state[f"errors_{name}"] or "").strip()
    others = {field: chosen for field, chosen in view.values.items() if field != name}
    go_to(replace(view, values={**others, name: value} if value else others))


def _range_label(time: TimeRange) -> str:
    """Format a range as `21 Nov 00:00 to 22 Nov 00:00`."""
    return f"{time.start:%-d %b %H:%M} to {time.end:%-d %b %H:%M}"
