"""Show a customer's diagnoses, each with buttons to mark it and its reply, and how failed requests are retried."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pixeldesk.diagnosis.diagnosis import Diagnosis, RetryHygiene
from pixeldesk.diagnosis.mark_journal import Mark
from pixeldesk.pages.customer.mark_buttons import mark_buttons
from pixeldesk.pages.widgets.copy_button import copy_button
from pixeldesk.pages.widgets.diagnosis_panel import extent, retry_rows, show_diagnosis
from pixeldesk.pages.widgets.evidence_list import evidence_list
from pixeldesk.pages.widgets.safe_text import show_text


def show_diagnoses(diagnoses: Sequence[Diagnosis], marks: Mapping[str, Mark]) -> None:
    """Show one panel per diagnosis, without retries: `show_retries` shows them once for the customer."""
    if not diagnoses:
        with st.container(border=True):
            st.markdown("No lasting mistake was found.")
    for diagnosis in diagnoses:
        show_diagnosis_with_reply(diagnosis.model_copy(update={"retries": None}), marks)


def show_diagnosis_with_reply(diagnosis: Diagnosis, marks: Mapping[str, Mark]) -> None:
    """Show a diagnosis, the buttons to mark it, and its reply."""
    diagnosis_id = diagnosis.id
    with st.container(border=True, gap="small"):
        show_diagnosis(diagnosis, key=f"diagnosis_{diagnosis_id}", lead=extent(diagnosis))
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            mark_buttons(diagnosis, marks)
            copy_button("Copy reply", diagnosis.reply, key=f"copy_{diagnosis_id}", type="primary")
        with st.expander("Reply to the customer"):
            show_text(diagnosis.reply)


def show_retries(retries: RetryHygiene | None) -> None:
    """Show how many operations are behind the failed requests, and what is wrong with the retries."""
    rows = retry_rows(retries)
    if rows:
        with st.container(border=True, gap="small"):
            st.markdown(":material/replay: **How failed requests are tried again**")
            evidence_list("", rows, key="retries")
