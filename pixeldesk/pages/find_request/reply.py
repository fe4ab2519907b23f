"""The reply to send: for the whole ticket, or for the request shown."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pixeldesk.pages.widgets.copy_button import copy_button
from pixeldesk.tickets.cards import Card
from pixeldesk.tickets.lookup import LookupAnswer

_WHOLE, _THIS = "Whole ticket", "This request"
_LONG = 1400


@dataclass(frozen=True)
class ReplyPlaces:
    """Where the button and the text stand, and which of the replies was chosen."""

    chosen: str
    button: DeltaGenerator
    text: DeltaGenerator


def reply_places(answer: LookupAnswer) -> ReplyPlaces:
    """The reply's frame; `fill_reply` fills it, and again once the mistake behind the request is known."""
    with st.container(border=True, gap="small", key="reply"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            st.markdown("**Reply to the customer**", width="content")
            chosen = _choice(answer)
            button = st.empty()
        return ReplyPlaces(chosen, button, st.empty())


def fill_reply(places: ReplyPlaces, card: Card, answer: LookupAnswer, *, final: bool) -> None:
    """The drafted text with a button to copy it."""
    text = answer.reply() if places.chosen == _WHOLE else str(card["reply"])
    with places.button:
        copy_button("Copy reply", text, key="copy_reply" if final else "copy_first_reply", type="primary")
    with places.text.container(height=540 if len(text) > _LONG else "content", border=False):
        st.text(text)


def _choice(answer: LookupAnswer) -> str:
    if len(answer.found) == 1:
        return _THIS
    # Of an id that several requests share, the others are another customer's: no reply names them unasked.
    shared = len({found["request_id"] for found in answer.found}) < len(answer.found)
    return st.segmented_control(
        "Reply for",
        [_WHOLE, _THIS],
        default=_THIS if shared else _WHOLE,
        required=True,
        key=f"reply_for_{'one' if shared else 'all'}",
        label_visibility="collapsed",
    )
