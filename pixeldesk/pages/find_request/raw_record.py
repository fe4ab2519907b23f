"""Show the buttons of a card: open its raw log lines, or copy a link to it."""

import streamlit as st

from pixeldesk.pages.widgets.copy_button import copy_link_button
from pixeldesk.pages.widgets.safe_text import show_code, show_json, show_text
from pixeldesk.tickets.card import Card


def show_actions(card: Card) -> None:
    """Show the buttons in a row."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        lines = len(card.lines)
        label = "Raw record" if lines == 1 else f"Raw record, {lines} lines"
        if st.button(label, key="raw_record", icon=":material/data_object:"):
            _show_drawer(card)
        copy_link_button("Copy link", card.request_id, key="copy_link")


@st.dialog("Raw record", position="right", width=620)
def _show_drawer(card: Card) -> None:
    """Show all log lines of the request in order of time. Secrets were redacted before the lines were stored."""
    st.caption("As the servers logged it, secrets removed. Lines in time order.")
    show_text(f"{card.source.path}, line {card.source.line}")
    for line in card.lines:
        if isinstance(line, str):
            show_code(line)
        else:
            show_json(line)
