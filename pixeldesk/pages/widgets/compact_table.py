"""Show a table with low rows: as tall as its rows, up to a number of rows above which it scrolls."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.safe_text import show_frame

HEADER_PX, ROW_PX = 34, 28
"""The height of the header and of a row, in CSS pixels."""

_OPEN_PX = 56
Target = TypeVar("Target")


def show_table(
    frame: pd.DataFrame,
    *,
    key: str,
    alt: str,
    columns: dict[str, Any],
    most_rows: int,
    width: int | None = None,
    placeholder: str | None = "",
) -> None:
    """Show a table that is as tall as its rows, but at most `most_rows`.

    `alt` names it for screen readers, `columns` are Streamlit's column configurations, `width` is in CSS pixels (None:
    as wide as its container), and `placeholder` stands in empty cells (None: Streamlit's own, "None").
    """
    show_frame(
        frame,
        key=key,
        height=HEADER_PX + ROW_PX * min(len(frame), most_rows),
        row_height=ROW_PX,
        width=width or "stretch",
        hide_index=True,
        placeholder=placeholder,
        alt=alt,
        column_config=columns,
    )


def open_column(key: str, targets: Sequence[Target], on_open: Callable[[Target], None], width: int = _OPEN_PX) -> Any:
    """Return the configuration of a column of buttons. A click calls `on_open` with the target of that row.

    The column's cells are the labels of the buttons; an empty cell has none.
    """

    def open_clicked_row() -> None:
        on_open(targets[st.session_state[key].row])

    return st.column_config.ButtonColumn("", width=width, type="tertiary", key=key, on_click=open_clicked_row)
