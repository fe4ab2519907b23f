"""The table of what was read: sortable, to be filtered, all of it to be had as a file."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pixeldesk.ingest.following.source_states import SourceState
from pixeldesk.ingest.report import OUTCOMES
from pixeldesk.spreadsheet import as_csv

_ROW_PX, _HEAD_PX, _MOST_ROWS = 28, 34, 14
_TIME = "D MMM YYYY, HH:mm"
_SHOWN: dict[str, Callable[[SourceState], bool]] = {
    "All": lambda _: True,
    "With quarantine": lambda one: one.counts["quarantined"] > 0,
    "With a problem": lambda one: one.problem is not None,
    "Not read whole": lambda one: one.share_read != 1.0,
}
_EXPORTED = (
    "source", "format", "lines", *OUTCOMES, "bytes", "share_read", "first_read_at", "last_read_at", "newest", "problem",
)  # fmt: skip


def show_totals(sources: Sequence[SourceState]) -> None:
    """How much was read in all, and what became of it."""
    with st.grid(6, min_column_width=140, gap="small"):
        st.metric("Sources", f"{len(sources):,}", border=True)
        st.metric("Lines", f"{sum(one.lines for one in sources):,}", border=True)
        for outcome in ("requests", "events", "quarantined", "duplicates"):
            st.metric(outcome.capitalize(), f"{sum(one.counts[outcome] for one in sources):,}", border=True)


def show_sources(sources: Sequence[SourceState]) -> None:
    """One row a source, those first that were read last."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        wanted = st.text_input("Source", key="sources_name", placeholder="Part of a name", width=260)
        shown = st.segmented_control("Show", list(_SHOWN), default="All", required=True, key="sources_shown")
        found = [one for one in sources if wanted.strip().lower() in one.name.lower() and _SHOWN[shown](one)]
        st.download_button(
            "Export as CSV",
            data=lambda: as_csv([one.as_row() for one in found], _EXPORTED),
            file_name="sources.csv",
            mime="text/csv",
            key="sources_export",
            on_click="ignore",
            icon=":material/download:",
        )
    if not found:
        st.caption("No source is like that.")
        return
    st.dataframe(
        _table(found),
        key="sources",
        height=_HEAD_PX + _ROW_PX * min(len(found), _MOST_ROWS),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt="What was read, how far, how fresh, and what became of its lines, one row a source",
        column_config={
            "source": st.column_config.TextColumn("Source", width=300),
            "format": st.column_config.TextColumn("Format", width=86),
            "lines": st.column_config.NumberColumn("Lines", width=76, format="localized"),
            **{
                name: st.column_config.NumberColumn(name.capitalize(), width=84, format="localized")
                for name in OUTCOMES
            },
            "bytes": st.column_config.NumberColumn("Size", width=80, format="bytes", help="Unpacked"),
            "read": st.column_config.NumberColumn("Read", width=64, format="percent"),
            "newest": st.column_config.DatetimeColumn("Newest request (UTC)", width=140, format=_TIME, timezone="UTC"),
            "first": st.column_config.DatetimeColumn("First read (UTC)", width=140, format=_TIME, timezone="UTC"),
            "last": st.column_config.DatetimeColumn("Last read (UTC)", width=140, format=_TIME, timezone="UTC"),
            "problem": st.column_config.TextColumn("Problem", width=220),
        },
    )


def _table(sources: Sequence[SourceState]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": [one.name for one in sources],
            "format": [one.format for one in sources],
            "read": [one.share_read for one in sources],
            "lines": [one.lines for one in sources],
            **{name: [one.counts[name] for one in sources] for name in OUTCOMES},
            "bytes": [one.bytes for one in sources],
            "newest": [one.newest for one in sources],
            "last": [one.last_read_at for one in sources],
            "first": [one.first_read_at for one in sources],
            "problem": [one.problem for one in sources],
        }
    )
