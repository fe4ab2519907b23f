"""The tables of a weekly review: the same rows as in its files; customers and incidents lead to their pages."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.weekly.cells import COUNT, DAY, DIFFERENCE, EARLIER_RATE, RATE, SIGNED, TIME, Kind, mark
from pixeldesk.weekly.tables import Table

_ROW_PX, _HEAD_PX, _MOST_ROWS, _NAME_PX = 28, 34, 15, 190
_NUMBERS = {COUNT: "localized", SIGNED: "%+d", RATE: "percent", EARLIER_RATE: "percent"}
_TIMES = {TIME: "D MMM YYYY, HH:mm", DAY: "ddd D MMM YYYY"}


def show_table(table: Table, ids: Sequence[str] = (), open_one: Callable[[str], None] | None = None) -> None:
    """One table under its title. With `open_one`, each row has a button that opens the one of `ids` at its place."""
    st.markdown(f"**{table.title}**")
    if not table.rows:
        st.caption(table.empty)
        return
    key = f"weekly_{table.sheet.lower().replace(' ', '_')}"
    buttons = {"open": _button(f"{key}_open", ids, open_one)} if open_one else {}
    st.dataframe(
        _frame(table, has_button=bool(buttons)),
        key=key,
        height=_HEAD_PX + _ROW_PX * min(len(table.rows), _MOST_ROWS),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt=table.title,
        column_config={**buttons, **_columns(table)},
    )


def _button(key: str, ids: Sequence[str], open_one: Callable[[str], None]) -> Any:
    return st.column_config.ButtonColumn(
        "", width=60, type="tertiary", key=key, on_click=lambda: open_one(ids[st.session_state[key].row])
    )


def _frame(table: Table, *, has_button: bool) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {"open": ["Open" for _ in table.rows]} if has_button else {}
    for place, (title, kind) in enumerate(table.columns):
        cells = [row[place] for row in table.rows]
        columns[title] = [_cell(kind, one) for one in cells]
        if kind is DIFFERENCE:
            columns[_mark_of(title)] = [mark(one) for one in cells]
    return pd.DataFrame(columns)


def _cell(kind: Kind, value: Any) -> Any:
    """A number or a time for the table to sort by; else what a person reads."""
    if kind in _TIMES:
        return value
    return kind.values(value)[0] if kind in _NUMBERS or kind is DIFFERENCE else kind.shown(value)


def _columns(table: Table) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for place, (title, kind) in enumerate(table.columns):
        if kind in _NUMBERS:
            columns[title] = st.column_config.NumberColumn(title, format=_NUMBERS[kind])
        elif kind in _TIMES:
            columns[title] = st.column_config.DatetimeColumn(title, format=_TIMES[kind], timezone="UTC")
        elif kind is DIFFERENCE:
            columns[title] = st.column_config.NumberColumn(title, format="%+.2f")
            columns[_mark_of(title)] = st.column_config.TextColumn("▲▼", width=36, help="More than noise")
        else:
            columns[title] = st.column_config.TextColumn(title, width=None if place else _NAME_PX)
    return columns


def _mark_of(title: str) -> str:
    return f"{title}: more than noise"
