"""Say how fresh the store is, and what to do when it is empty or cannot be read."""

import streamlit as st

from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.safe_text import show_code, show_text
from pixeldesk.pages.widgets.time_format import to_the_minute
from pixeldesk.trends.coverage import Coverage


def freshness_text(coverage: Coverage) -> str:
    """Return which time the stored logs cover, and when they were last read, as Markdown without log text."""
    if coverage.oldest is None or coverage.newest is None:
        return "The store is empty."
    last_read = f" · last read {to_the_minute(coverage.last_ingest)}" if coverage.last_ingest else ""
    return (
        f"{coverage.requests:,} requests, {to_the_minute(coverage.oldest)} to"
        f" {to_the_minute(coverage.newest)} (the newest record; ranges count back from it){last_read}"
        " · all UTC"
    )


def show_empty_store() -> None:
    """Show how to fill the store."""
    with st.container(border=True):
        st.markdown("**There are no logs yet.** Read a file, a folder or a pattern, then paste again:")
        show_code("pixeldesk ingest PATH")
        st.caption("To try it out: the project's repository has two weeks of sample logs in `sample_logs/logs`.")


def show_store_error(error: PixeldeskError) -> None:
    """Show one calm line instead of the page, and a button to try again."""
    with st.container(border=True):
        st.markdown("**The store cannot be read just now.**")
        show_text(str(error))
        st.button("Try again", icon=":material/refresh:")
