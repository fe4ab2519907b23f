"""Incident."""

import streamlit as st

st.header("Incident", anchor=False)
