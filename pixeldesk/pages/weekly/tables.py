"""Show the tables of a weekly review, with the same rows as its files. Rows open their customer or incident."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.pages.widgets.compact_table import open_column, show_table
from pixeldesk.weekly.cells import COUNT, DAY, DIFFERENCE, EARLIER_RATE, RATE, SIGNED, TIME, Kind, mark
from pixeldesk.weekly.tables import Table

_MOST_ROWS, _OPEN_PX, _NAME_PX = 15, 60, 190
_NUMBERS = {COUNT: "localized", SIGNED: "%+d", RATE: "percent", EARLIER_RATE: "percent"}
_TIMES = {TIME: "D MMM YYYY, HH:mm", DAY: "ddd D MMM YYYY"}


def show_review_table(table: Table, ids: Sequence[str] = (), on_open: Callable[[str], None] | None = None) -> None:
    """Show a table under its title. With `on_open`, a button in each row calls it with the row's element of `ids`."""
    st.markdown(f"**{table.title}**")
    if not table.rows:
        st.caption(table.empty)
        return
    key = f"weekly_{table.sheet.lower().replace(' ', '_')}"
    buttons = {"open": open_column(f"{key}_open", ids, on_open, _OPEN_PX)} if on_open else {}
    show_table(
        _frame(table, has_button=bool(buttons)),
        key=key,
        alt=table.title,
        most_rows=_MOST_ROWS,
        columns={**buttons, **_columns(table)},
    )


def _frame(table: Table, *, has_button: bool) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {"open": ["Open" for _ in table.rows]} if has_button else {}
    for index, (title, kind) in enumerate(table.columns):
        values = [row[index] for row in table.rows]
        columns[title] = [_cell(kind, value) for value in values]
        if kind is DIFFERENCE:
            columns[_mark_title(title)] = [mark(value) for value in values]
    return pd.DataFrame(columns)


def _cell(kind: Kind, value: Any) -> Any:
    """Return a number or a time, which the table can sort, or otherwise the value's text."""
    if kind in _TIMES:
        return value
    return kind.values(value)[0] if kind in _NUMBERS or kind is DIFFERENCE else kind.shown(value)


def _columns(table: Table) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for index, (title, kind) in enumerate(table.columns):
        if kind in _NUMBERS:
            columns[title] = st.column_config.NumberColumn(title, format=_NUMBERS[kind])
        elif kind in _TIMES:
            columns[title] = st.column_config.DatetimeColumn(title, format=_TIMES[kind], timezone="UTC")
        elif kind is DIFFERENCE:
            columns[title] = st.column_config.NumberColumn(title, format="%+.2f")
            columns[_mark_title(title)] = st.column_config.TextColumn("▲▼", width=36, help="More than noise")
        else:
            columns[title] = st.column_config.TextColumn(title, width=None if index else _NAME_PX)
    return columns


def _mark_title(title: str) -> str:
    return f"{title}: more than noise"
