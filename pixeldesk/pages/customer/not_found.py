"""An address without anything behind it."""

import streamlit as st


def show_no_customer() -> None:
    """No request names this customer."""
    with st.container(border=True):
        st.markdown(
            "**Nothing is known of this customer.** No request in the logs that were read names this id."
            " Check it, or choose a customer from the list."
        )


def show_no_diagnosis() -> None:
    """The diagnosis was never there, or newer lines have changed it."""
    with st.container(border=True):
        st.markdown(
            "**There is no such diagnosis now.** What it was about may be over, or newer lines may explain it"
            " otherwise. The list has all that there are."
        )
