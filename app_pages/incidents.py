"""Incidents."""

import streamlit as st

st.header("Incidents", anchor=False)
