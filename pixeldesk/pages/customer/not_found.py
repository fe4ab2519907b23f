"""Show that nothing is known of the customer or diagnosis in the address."""

import streamlit as st


def show_no_customer() -> None:
    """Show that no request names this customer."""
    with st.container(border=True):
        st.markdown(
            "**Nothing is known of this customer.** No request in the logs that were read names this id."
            " Check it, or choose a customer from the list."
        )


def show_no_diagnosis() -> None:
    """Show that this diagnosis never existed, or was changed by newer lines."""
    with st.container(border=True):
        st.markdown(
            "**There is no such diagnosis now.** What it was about may be over, or newer lines may explain it"
            " otherwise. The list has all that there are."
        )
