"""Show the sources as a sortable table with filters and a CSV export."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from pixeldesk.ingest.following.source_states import SourceState
from pixeldesk.ingest.report import OUTCOMES
from pixeldesk.pages.widgets.compact_table import show_table
from pixeldesk.pages.widgets.csv_button import show_csv_button

_MOST_ROWS = 14
_TIME_FORMAT = "D MMM YYYY, HH:mm"
_SHOWN: dict[str, Callable[[SourceState], bool]] = {
    "All": lambda _: True,
    "With quarantine": lambda source: source.counts["quarantined"] > 0,
    "Not understood": lambda source: is_not_understood(source.counts),
    "With a problem": lambda source: source.problem is not None,
    "Not read whole": lambda source: source.share_read != 1.0,
}
_EXPORTED = (
    "source", "format", "lines", *OUTCOMES, "bytes", "share_read", "first_read_at", "last_read_at", "newest", "problem",
)  # fmt: skip


def is_not_understood(counts: Mapping[str, int]) -> bool:
    """Return whether a source has lines, and not one of them was understood."""
    understood = counts["requests"] + counts["events"] + counts["duplicates"]
    return not understood and counts["quarantined"] + counts["unmapped"] > 0


def show_totals(sources: Sequence[SourceState]) -> None:
    """Show how many sources and lines were read in total, and what became of the lines."""
    with st.grid(6, min_column_width=140, gap="small"):
        st.metric("Sources", f"{len(sources):,}", border=True)
        st.metric("Lines", f"{sum(source.lines for source in sources):,}", border=True)
        for outcome in ("requests", "events", "quarantined", "duplicates"):
            st.metric(outcome.capitalize(), f"{sum(source.counts[outcome] for source in sources):,}", border=True)


def show_sources(sources: Sequence[SourceState]) -> None:
    """Show one row per source, in the order of `sources`: the last read comes first."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        part = st.text_input("Source", key="sources_name", placeholder="Part of a name", width=260)
        shown = st.segmented_control("Show", list(_SHOWN), default="All", required=True, key="sources_shown")
        named = [source for source in sources if part.strip().lower() in source.name.lower()]
        found = [source for source in named if _SHOWN[shown](source)]
        show_csv_button("sources.csv", lambda: [source.as_row() for source in found], _EXPORTED, key="sources_export")
    if not found:
        st.caption("No source is like that.")
        return
    show_table(
        _table(found),
        key="sources",
        alt="What was read, how far, how fresh, and what became of its lines, one row a source",
        most_rows=_MOST_ROWS,
        columns={
            "source": st.column_config.TextColumn("Source", width=300),
            "format": st.column_config.TextColumn("Format", width=86),
            "lines": st.column_config.NumberColumn("Lines", width=76, format="localized"),
            **{
                name: st.column_config.NumberColumn(name.capitalize(), width=84, format="localized")
                for name in OUTCOMES
            },
            "bytes": st.column_config.NumberColumn("Size", width=80, format="bytes", help="Unpacked"),
            "read": st.column_config.NumberColumn("Read", width=64, format="percent"),
            "newest": st.column_config.DatetimeColumn(
                "Newest request (UTC)", width=140, format=_TIME_FORMAT, timezone="UTC"
            ),
            "first": st.column_config.DatetimeColumn(
                "First read (UTC)", width=140, format=_TIME_FORMAT, timezone="UTC"
            ),
            "last": st.column_config.DatetimeColumn("Last read (UTC)", width=140, format=_TIME_FORMAT, timezone="UTC"),
            "problem": st.column_config.TextColumn("Problem", width=220),
        },
    )


def _table(sources: Sequence[SourceState]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": [source.name for source in sources],
            "format": [source.format for source in sources],
            "read": [source.share_read for source in sources],
            "lines": [source.lines for source in sources],
            **{name: [source.counts[name] for source in sources] for name in OUTCOMES},
            "bytes": [source.bytes for source in sources],
            "newest": [source.newest for source in sources],
            "last": [source.last_read_at for source in sources],
            "first": [source.first_read_at for source in sources],
            "problem": [source.problem for source in sources],
        }
    )
