"""Say that a page shows the state before some newer lines, and rerun it when there is a newer answer."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from pixeldesk.desk.refreshed import Snapshot
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.freshness import show_store_error

_POLL_S = 2


def show_newer_lines(shown: Snapshot[Any], ask: Callable[[], Snapshot[Any]]) -> None:
    """Show a line if there are lines that the shown answer does not know, and nothing otherwise.

    `ask` returns the newest answer of the same kind. While lines keep coming, it may never be current: the page is
    rerun for each newer one.
    """
    if not shown.is_current:
        _poll(shown.batch, ask)


@st.fragment(run_every=_POLL_S)
def _poll(shown_batch: Hashable, ask: Callable[[], Snapshot[Any]]) -> None:
    st.markdown(":gray[:material/hourglass_top: Newer lines are being judged]", width="content")
    try:
        newest = ask()
    except PixeldeskError as error:
        show_store_error(error)
        return
    if newest.is_current or newest.batch != shown_batch:
        st.rerun()
