"""Show the reply to send: for the whole ticket, or for the request shown."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pixeldesk.pages.widgets.copy_button import copy_button
from pixeldesk.pages.widgets.safe_text import show_text
from pixeldesk.tickets.answer import LookupAnswer
from pixeldesk.tickets.card import Card

_WHOLE, _THIS = "Whole ticket", "This request"
_LONG_TEXT, _SCROLLED_PX = 1400, 540


@dataclass(frozen=True)
class ReplyFrame:
    """The slots of the button and of the text, and which reply was chosen."""

    chosen: str
    button: DeltaGenerator
    text: DeltaGenerator


def reply_frame(answer: LookupAnswer) -> ReplyFrame:
    """Show the frame of the reply. `fill_reply` fills it, and fills it again when the diagnosis is known."""
    with st.container(border=True, gap="small", key="reply"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            st.markdown("**Reply to the customer**", width="content")
            chosen = _choice(answer)
            button = st.empty()
        return ReplyFrame(chosen, button, st.empty())


def fill_reply(frame: ReplyFrame, card: Card, answer: LookupAnswer, *, final: bool) -> None:
    """Show the drafted reply with a button to copy it. `final` says that the diagnosis is in it."""
    _fill(frame, answer.reply if frame.chosen == _WHOLE else card.reply, "copy_reply" if final else "copy_first_reply")


def show_reply(answer: LookupAnswer) -> None:
    """Show the reply to the whole ticket with a button to copy it."""
    with st.container(border=True, gap="small", key="reply"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            st.markdown("**Reply to the customer**", width="content")
            button = st.empty()
        _fill(ReplyFrame(_WHOLE, button, st.empty()), answer.reply, "copy_ticket_reply")


def _fill(frame: ReplyFrame, text: str, key: str) -> None:
    with frame.button:
        copy_button("Copy reply", text, key=key, type="primary")
    with frame.text.container(height=_SCROLLED_PX if len(text) > _LONG_TEXT else "content", border=False):
        show_text(text)


def _choice(answer: LookupAnswer) -> str:
    if len(answer.found) == 1 and not answer.not_found:
        return _THIS
    # Requests that share an id may be of different customers: by default, the reply names only the one shown.
    shared = len({found.request_id for found in answer.found}) < len(answer.found)
    return st.segmented_control(
        "Reply for",
        [_WHOLE, _THIS],
        default=_THIS if shared else _WHOLE,
        required=True,
        key=f"reply_for_{'one' if shared else 'all'}",
        label_visibility="collapsed",
    )
