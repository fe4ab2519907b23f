"""Filters whose value Streamlit itself keeps in the address, so that a link shows the same rows."""

from collections.abc import Iterable

import streamlit as st

from pixeldesk.diagnosis.overview import SPANS
from pixeldesk.printable import visible

ALL = "All"
"""The option that filters nothing."""

_WHOLE_LOGS = "Whole logs"


def ask_span(label: str) -> str:
    """Ask for a span of time that ends at the newest record. Return a name of SPANS, or another for the whole logs."""
    return st.segmented_control(
        label,
        [*SPANS, _WHOLE_LOGS],
        default=_WHOLE_LOGS,
        required=True,
        key="time",
        bind="query-params",
        help="Counting back from the newest record, not from now",
    )


def ask_value(label: str, key: str, values: Iterable[str | None], width: int) -> str | None:
    """Ask for one of the values that rows have. Return None for all. `width` is in CSS pixels."""
    options = sorted({value for value in values if value} - {ALL})
    choice = st.selectbox(label, [ALL, *options], key=key, format_func=visible, bind="query-params", width=width)
    return None if choice == ALL else choice
