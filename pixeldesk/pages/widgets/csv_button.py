"""Offer rows as a CSV file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from pixeldesk.spreadsheet import as_csv


def show_csv_button(
    file_name: str, rows: Callable[[], Iterable[Mapping[str, Any]]], columns: Sequence[str], key: str | None = None
) -> None:
    """Show a button that saves rows as CSV. They are collected when it is clicked."""
    st.download_button(
        "Export as CSV",
        data=lambda: as_csv(rows(), columns),
        file_name=file_name,
        mime="text/csv",
        key=key,
        on_click="ignore",
        icon=":material/download:",
    )
