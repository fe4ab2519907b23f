"""Live errors."""

import streamlit as st

st.header("Live errors", anchor=False)
