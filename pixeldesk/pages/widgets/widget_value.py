"""Let a widget show what the address says."""

import streamlit as st


def show_value(key: str, value: object) -> None:
    """Give a widget that is not drawn yet its value."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
