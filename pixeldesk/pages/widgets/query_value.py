"""Read a value from the address, where anybody may write anything."""

import streamlit as st

_MOST_CHARACTERS = 500


def query_value(name: str) -> str | None:
    """Return a query parameter, truncated to 500 characters. Return None if it is missing or empty."""
    return st.query_params.get(name, "")[:_MOST_CHARACTERS] or None
