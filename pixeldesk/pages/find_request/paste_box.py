"""Show the box to paste a ticket into, and turn what is pasted into an address."""

from contextlib import suppress

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.private_box import private_box
from pixeldesk.pages.widgets.request_link import MOST_IDS, ask_for, ask_for_ticket

_KEY = "paste_box"
_LEFT_OUT = "paste_box_left_out"


def paste_box() -> None:
    """Show the box. The ids in a pasted text become the page's address before the page runs again."""
    private_box(
        _KEY,
        "Request id, error body or ticket",
        "Paste a request id, an error body or the whole ticket",
        _take_paste,
        is_first=True,
    )
    left_out = st.session_state.pop(_LEFT_OUT, 0)
    if left_out:
        st.caption(
            f"The text names {left_out} more request ids. The page shows the first {MOST_IDS};"
            " `pixeldesk lookup -` reads them all."
        )


def _take_paste(text: str) -> None:
    # Of a store that does not answer, the page says so as it runs again.
    with suppress(PixeldeskError):
        _ask(text)


def _ask(text: str) -> None:
    desk = the_desk()
    ids = desk.ids_in(text)
    st.session_state[_LEFT_OUT] = max(0, len(ids) - MOST_IDS)
    # The answer to more ids than are shown would be looked up in vain.
    answer = desk.lookup(text) if len(ids) <= MOST_IDS else None
    if answer is None or answer.found:
        ask_for(ids)
    else:
        ask_for_ticket(desk.recent_tickets.remember(answer), ids)
