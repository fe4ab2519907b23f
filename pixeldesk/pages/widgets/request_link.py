"""The page's address: which requests it asks for, and which of them is shown. Nothing else is put there.

`/?request_id=req_a` names one request, `/?request_id=req_a&request_id=req_b&show=1` a ticket with its second
card open. The address is the only memory of a search, so links, reloads, back and forward need nothing more.
"""

from collections.abc import Sequence

import streamlit as st

from pixeldesk.pages.widgets.switch_page import travel_to

_REQUEST_ID, _SHOWN = "request_id", "show"

MOST_IDS = 20
"""How many requests one page looks up. The command line takes any number."""


def asked_ids() -> list[str]:
    """The ids that the address asks for, as they stand there: the lookup reads them like any pasted text."""
    return st.query_params.get_all(_REQUEST_ID)[:MOST_IDS]


def ask_for(ids: Sequence[str]) -> None:
    """Go to these requests. The former address stays one step back in the browser's history."""
    st.query_params.from_dict({_REQUEST_ID: list(ids[:MOST_IDS])})


def open_request(request_id: str) -> None:
    """Go to this request from another page. For a callback."""
    travel_to("", **{_REQUEST_ID: request_id})


def shown_place(cards: int) -> int:
    """Which of so many cards the address opens, from 0; the first where it says nothing usable."""
    place = st.query_params.get(_SHOWN, "0")
    return min(int(place), cards - 1) if place.isascii() and place.isdigit() and len(place) < 4 else 0


def show_place(place: int) -> None:
    """Open another card of the same ticket."""
    st.query_params[_SHOWN] = str(place)
