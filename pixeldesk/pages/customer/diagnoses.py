"""A customer's diagnoses, each to be marked and with its reply; and how the customer tries again."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.diagnosis.mark_journal import Mark
from pixeldesk.pages.customer.mark_buttons import mark_buttons
from pixeldesk.pages.widgets.copy_button import copy_button
from pixeldesk.pages.widgets.diagnosis_panel import extent, retry_rows, show_diagnosis
from pixeldesk.pages.widgets.evidence_list import evidence_list


def show_diagnoses(diagnoses: Sequence[Diagnosis], marks: Mapping[str, Mark]) -> None:
    """One panel each; how requests are retried is the customer's, so it is said once and not in each."""
    if not diagnoses:
        with st.container(border=True):
            st.markdown("No lasting mistake was found.")
    for one in diagnoses:
        show_one({**one, "retries": None}, marks)


def show_one(diagnosis: Diagnosis, marks: Mapping[str, Mark]) -> None:
    """The diagnosis, the two marks, and the reply."""
    name = diagnosis["id"]
    with st.container(border=True, gap="small"):
        show_diagnosis(diagnosis, key=f"diagnosis_{name}", lead=extent(diagnosis))
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            mark_buttons(diagnosis, marks)
            copy_button("Copy reply", diagnosis["reply"], key=f"copy_{name}", type="primary")
        with st.expander("Reply to the customer"):
            st.text(diagnosis["reply"])


def show_retries(retries: Mapping[str, Any] | None) -> None:
    """Failed requests beside the operations behind them, and what is wrong with the retries."""
    rows = retry_rows(retries)
    if rows:
        with st.container(border=True, gap="small"):
            st.markdown(":material/replay: **How failed requests are tried again**")
            evidence_list("", rows, key="retries")
