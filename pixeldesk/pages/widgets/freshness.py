"""How fresh the store is, and what to do when it is empty or cannot be read."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.moments import to_the_minute


def freshness_beside(title: str) -> DeltaGenerator:
    """The page's heading. Returns the place beside it that `show_freshness` fills."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", gap="small"):
        st.header(title, anchor=False, width="content")
        return st.empty()


def show_freshness(place: DeltaGenerator, coverage: dict[str, Any]) -> None:
    """Which time the stored logs cover."""
    place.caption("The store is empty." if is_empty(coverage) else _span(coverage), width="content")


def is_empty(coverage: dict[str, Any]) -> bool:
    """Whether no request was ever read."""
    return coverage["oldest"] is None


def show_empty_store() -> None:
    """How to fill the store."""
    with st.container(border=True):
        st.markdown("**There are no logs yet.** Read a file, a folder or a pattern, then paste again:")
        st.code("pixeldesk ingest PATH", language=None)


def show_store_error(error: PixeldeskError) -> None:
    """One calm line instead of the page, and a way to try again."""
    with st.container(border=True):
        st.markdown("**The store cannot be read just now.**")
        st.text(str(error))
        st.button("Try again", icon=":material/refresh:")


def _span(coverage: dict[str, Any]) -> str:
    last_read = f" · last read {to_the_minute(coverage['last_ingest'])}" if coverage["last_ingest"] else ""
    return (
        f"{coverage['requests']:,} requests, {to_the_minute(coverage['oldest'])} to"
        f" {to_the_minute(coverage['newest'])} (the newest record; ranges count back from it){last_read}"
        " · all UTC"
    )
