"""The reply to send: for the whole ticket, or for the request shown."""

import streamlit as st

from app_pages.copy_button import copy_button
from diagnosis.cards import Card
from diagnosis.lookup import LookupAnswer

_WHOLE, _THIS = "Whole ticket", "This request"


def show_reply(card: Card, answer: LookupAnswer) -> None:
    """The drafted text with a button to copy it."""
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            st.markdown("**Reply to the customer**", width="content")
            text = _chosen_text(card, answer)
            copy_button("Copy reply", text, key="copy_reply", type="primary")
        with st.container(height=540 if len(text) > 1400 else "content", border=False):
            st.text(text)


def _chosen_text(card: Card, answer: LookupAnswer) -> str:
    if len(answer.found) == 1:
        return str(card["reply"])
    # Of an id that several requests share, the others are another customer's: no reply names them unasked.
    shared = len({found["request_id"] for found in answer.found}) < len(answer.found)
    chosen = st.segmented_control(
        "Reply for",
        [_WHOLE, _THIS],
        default=_THIS if shared else _WHOLE,
        required=True,
        key=f"reply_for_{'one' if shared else 'all'}",
        label_visibility="collapsed",
    )
    return answer.reply() if chosen == _WHOLE else str(card["reply"])
