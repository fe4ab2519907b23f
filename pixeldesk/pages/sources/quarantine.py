"""Quarantine: which lines were not understood and why, and trying them again after something was mended."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.desk.desk import Desk
from pixeldesk.spreadsheet import as_csv

_ROW_PX, _HEAD_PX, _MOST_ROWS = 28, 34, 12
_SHOWN_ROWS, _EXPORTED_ROWS = 500, 100_000
_SAID = "sources_retried"
_COLUMNS = ("source", "line", "offset", "reason", "excerpt")


def show_quarantine(desk: Desk) -> None:
    """The reasons with their counts, the lines, and what can be done."""
    st.markdown("**Quarantine**")
    _show_what_was_tried()
    by_source = {row["source"]: row["lines"] for row in desk.query("quarantine_sources")}
    unmapped = desk.coverage()["unmapped"]
    if not by_source and not unmapped:
        st.caption("Every line was understood.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        source = st.selectbox(
            "From source", list(by_source), index=None, key="quarantine_source", placeholder="All sources", width=300
        )
        reasons = {row["kind"]: row for row in desk.query("quarantine_reasons", source=source)}
        reason = st.selectbox(
            "Reason",
            list(reasons),
            index=None,
            key="quarantine_reason",
            placeholder="All reasons",
            format_func=lambda kind: f"{reasons[kind]['lines']:,} × {kind}" if kind in reasons else kind,
            width=380,
        )
        st.button(
            "Try again",
            key="quarantine_retry",
            icon=":material/refresh:",
            on_click=_try_again,
            args=(desk,),
            help="Reads these lines again from their files, as formats and settings are now.",
        )
        st.download_button(
            "Export as CSV",
            data=lambda: as_csv(_rows(desk, source, reason, _EXPORTED_ROWS), _COLUMNS),
            file_name="quarantine.csv",
            mime="text/csv",
            key="quarantine_export",
            on_click="ignore",
            icon=":material/download:",
        )
    if unmapped:
        st.caption(
            f"Beside them {unmapped:,} JSON line{'' if unmapped == 1 else 's'} of no known format, which are tried"
            " again too: docs/adding_a_format.md says how to teach one."
        )
    if reasons:
        _show_reasons(list(reasons.values()))
        _show_lines(_rows(desk, source, reason, _SHOWN_ROWS))


def _rows(desk: Desk, source: str | None, reason: str | None, limit: int) -> list[dict[str, Any]]:
    return desk.query("quarantine_rows", source=source, reason=reason, limit=limit)


def _show_reasons(reasons: Sequence[dict[str, Any]]) -> None:
    st.dataframe(
        pd.DataFrame(reasons)[["lines", "sources", "kind", "example"]],
        key="quarantine_reasons",
        height=_HEAD_PX + _ROW_PX * min(len(reasons), 6),
        row_height=_ROW_PX,
        hide_index=True,
        alt="Why lines were refused, and how many for each reason",
        column_config={
            "lines": st.column_config.NumberColumn("Lines", width=70, format="localized"),
            "sources": st.column_config.NumberColumn("Sources", width=70, format="localized"),
            "kind": st.column_config.TextColumn("Reason", width=480),
            "example": st.column_config.TextColumn("For example", width=480),
        },
    )


def _show_lines(rows: Sequence[dict[str, Any]]) -> None:
    st.dataframe(
        pd.DataFrame(rows, columns=list(_COLUMNS)),
        key="quarantine_lines",
        height=_HEAD_PX + _ROW_PX * min(max(len(rows), 1), _MOST_ROWS),
        row_height=_ROW_PX,
        hide_index=True,
        alt="Lines in quarantine: where each stands, why it was refused, and how it begins",
        column_config={
            "source": st.column_config.TextColumn("Source", width=280),
            "line": st.column_config.NumberColumn("Line", width=70),
            "offset": st.column_config.NumberColumn("Byte", width=84, help="Where it begins, unpacked"),
            "reason": st.column_config.TextColumn("Reason", width=360),
            "excerpt": st.column_config.TextColumn("Begins", width=520),
        },
    )
    if len(rows) == _SHOWN_ROWS:
        st.caption(f"The first {_SHOWN_ROWS:,} are shown; the file has up to {_EXPORTED_ROWS:,}.")


def _try_again(desk: Desk) -> None:
    # As they are chosen now: whoever clicks at once does so before the page has taken the choice up.
    state = st.session_state
    state[_SAID] = desk.retry_quarantine(state["quarantine_source"], state["quarantine_reason"])


def _show_what_was_tried() -> None:
    """Once, after the button."""
    done = st.session_state.pop(_SAID, None)
    if done is None:
        return
    good = done["requests"] + done["events"] + done["duplicates"]
    with st.container(border=True):
        st.text(
            f"{done['tried']:,} lines tried: {good:,} are understood now ({done['requests']:,} requests,"
            f" {done['events']:,} events, {done['duplicates']:,} there already), {done['still']:,} are still not."
        )
        if done["not_found"]:
            st.text(f"{done['not_found']:,} are no longer where they stood: {', '.join(done['not_found_in'])}")
