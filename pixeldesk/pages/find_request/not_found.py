"""Show why an id has no request, and the ids most similar to it."""

import streamlit as st

from pixeldesk.pages.widgets.request_link import ask_for
from pixeldesk.pages.widgets.safe_text import code_label
from pixeldesk.tickets.answer import NotFound


def show_not_found(missing: NotFound) -> None:
    """Show why there is no card, and a button for each of the nearest ids."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Not found", color="gray")
            st.text(missing.request_id)
        st.text(missing.reason)
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
