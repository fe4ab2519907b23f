"""Set a widget to the value in the address."""

import streamlit as st


def set_value(key: str, value: object) -> None:
    """Set the value of a widget. Call it before the widget is drawn in this run."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
