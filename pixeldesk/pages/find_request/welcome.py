"""Show what to paste: before the first search, and after a text without an id."""

import streamlit as st

from pixeldesk.pages.widgets.safe_text import show_code

_EXAMPLE = """{
  "error": {"code": "insufficient_scope", "message": "…"},
  "meta": {"request_id": "req_7Qm2xV9cT4"}
}"""


def show_welcome() -> None:
    """Show what may be pasted, and where a customer finds the id."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(
            "**Paste anything that holds a request id**\n"
            "- the id alone, or several\n"
            "- the error body, or the output of curl\n"
            "- the whole ticket: every id in it is found\n\n"
            "The text itself is not kept. Keys in it are never shown."
        )
    with right:
        st.markdown("**Where customers find it:** in every error body, under `meta.request_id`")
        show_code(_EXAMPLE)


def show_no_id() -> None:
    """Show that the pasted text holds no id."""
    with st.container(border=True):
        st.markdown(
            "**No request id in that text.** Ids look like `req_7Qm2xV9cT4`. Ask the customer for the value"
            " of `meta.request_id` in the error body, as text and without the API key."
        )
