"""Show why an id has no request: the application log lines that carry it, and the ids most similar to it."""

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.pages.widgets.request_link import ask_for
from pixeldesk.pages.widgets.safe_text import code_label, show_code, show_text
from pixeldesk.pages.widgets.time_format import in_full
from pixeldesk.tickets.answer import LookupAnswer, NotFound

_MOST_LINES = 20


def show_not_found(answer: LookupAnswer, missing: NotFound) -> None:
    """Show why there is no card, the lines that carry the id, and a button for each of the nearest ids."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Not found" if missing.absence != "only_events" else "No request", color="gray")
            show_text(missing.request_id)
        show_text(missing.reason)
        _show_lines(answer, missing)
        if missing.nearest:
            st.markdown("**Did the customer mean one of these?**")
            with st.container(horizontal=True, gap="small"):
                for index, request_id in enumerate(missing.nearest):
                    st.button(
                        code_label(request_id),
                        key=f"nearest_{index}",
                        on_click=ask_for,
                        args=([request_id],),
                    )


def _show_lines(answer: LookupAnswer, missing: NotFound) -> None:
    lines = [line for line in answer.events if line.request_id == missing.request_id]
    for line in lines[:_MOST_LINES]:
        st.caption(in_full(line.timestamp))
        show_code(line.line)
    if len(lines) > _MOST_LINES:
        st.caption(f"{counted(len(lines) - _MOST_LINES, 'later line')}: `pixeldesk lookup` prints them.")
