"""Weekly review."""

import streamlit as st

st.header("Weekly review", anchor=False)
