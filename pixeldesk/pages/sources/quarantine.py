"""Show which lines are in quarantine and why, and retry them after formats or settings were corrected."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.desk.desk import Desk, RefusedKind
from pixeldesk.ingest.report import Retried
from pixeldesk.pages.widgets.compact_table import HEADER_PX, ROW_PX, show_table
from pixeldesk.pages.widgets.csv_button import show_csv_button
from pixeldesk.pages.widgets.safe_text import show_frame, show_text
from pixeldesk.printable import visible

_MOST_ROWS, _MOST_REASONS = 12, 6
_SHOWN_ROWS, _EXPORTED_ROWS = 500, 100_000
_OUTCOME = "sources_retried"
_COLUMNS = ("source", "line", "offset", "reason", "excerpt")


def show_quarantine(desk: Desk) -> None:
    """Show the reasons with their counts, the lines, and the buttons to retry and to export them."""
    st.markdown("**Quarantine**")
    _show_outcome()
    by_source = {row["source"]: row["lines"] for row in desk.query("quarantine_sources")}
    unmapped = desk.coverage().unmapped
    if not by_source and not unmapped:
        st.caption("Every line was understood.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        source = st.selectbox(
            "From source",
            list(by_source),
            index=None,
            key="quarantine_source",
            placeholder="All sources",
            format_func=visible,
            width=300,
        )
        reasons = {found.kind: found for found in desk.quarantine_reasons(source)}
        reason = st.selectbox(
            "Reason",
            list(reasons),
            index=None,
            key="quarantine_reason",
            placeholder="All reasons",
            format_func=lambda kind: f"{reasons[kind].lines:,} × {visible(kind)}" if kind in reasons else visible(kind),
            width=380,
        )
        st.button(
            "Try again",
            key="quarantine_retry",
            icon=":material/refresh:",
            on_click=_retry,
            args=(desk,),
            help="Reads these lines again from their files, or from the store, as formats and settings are now.",
        )
        show_csv_button(
            "quarantine.csv", lambda: _rows(desk, source, reason, _EXPORTED_ROWS), _COLUMNS, key="quarantine_export"
        )
    if unmapped:
        st.caption(
            f"Beside them {counted(unmapped, 'JSON line')} of no known format, which are tried"
            " again too: docs/adding_a_format.md says how to teach one."
        )
    if reasons:
        _show_reasons(list(reasons.values()))
        _show_lines(_rows(desk, source, reason, _SHOWN_ROWS))


def _rows(desk: Desk, source: str | None, reason: str | None, limit: int) -> list[dict[str, Any]]:
    return desk.query("quarantine_rows", source=source, reason=reason, limit=limit)


def _show_reasons(reasons: Sequence[RefusedKind]) -> None:
    show_table(
        pd.DataFrame(
            {
                "lines": [reason.lines for reason in reasons],
                "sources": [reason.sources for reason in reasons],
                "kind": [reason.kind for reason in reasons],
                "example": [reason.example for reason in reasons],
            }
        ),
        key="quarantine_reasons",
        alt="Why lines were refused, and how many for each reason",
        most_rows=_MOST_REASONS,
        placeholder=None,
        columns={
            "lines": st.column_config.NumberColumn("Lines", width=70, format="localized"),
            "sources": st.column_config.NumberColumn("Sources", width=70, format="localized"),
            "kind": st.column_config.TextColumn("Reason", width=480),
            "example": st.column_config.TextColumn("For example", width=480),
        },
    )


def _show_lines(rows: Sequence[dict[str, Any]]) -> None:
    show_frame(
        pd.DataFrame(rows, columns=list(_COLUMNS)),
        key="quarantine_lines",
        height=HEADER_PX + ROW_PX * min(max(len(rows), 1), _MOST_ROWS),
        row_height=ROW_PX,
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


def _retry(desk: Desk) -> None:
    # Read the filters from the session: the visitor may click before the page has rerun with the new choice.
    state = st.session_state
    state[_OUTCOME] = desk.retry_quarantine(state["quarantine_source"], state["quarantine_reason"])


def _show_outcome() -> None:
    """Show what became of the retried lines, once after each retry."""
    outcome: Retried | None = st.session_state.pop(_OUTCOME, None)
    if outcome is None:
        return
    good = outcome.requests + outcome.events + outcome.duplicates
    with st.container(border=True):
        show_text(
            f"{outcome.tried:,} lines tried: {good:,} are understood now ({outcome.requests:,} requests,"
            f" {outcome.events:,} events, {outcome.duplicates:,} there already),"
            f" {outcome.still:,} are still not."
        )
        if outcome.not_found:
            show_text(f"{outcome.not_found:,} are no longer where they stood: {', '.join(outcome.not_found_in)}")
