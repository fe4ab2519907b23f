"""Customer: which requests fail, since when and why, with which keys and websites, and what to answer.

`?diagnosis=…` shows a single diagnosis: that of a key, a client address or a scanner without a known customer.
"""

from functools import partial

import streamlit as st

from pixeldesk.desk.customer import Customer
from pixeldesk.desk.desk import Desk
from pixeldesk.desk.refreshed import Snapshot
from pixeldesk.diagnosis.overview import caller_of
from pixeldesk.pages.customer.diagnoses import show_diagnoses, show_diagnosis_with_reply, show_retries
from pixeldesk.pages.customer.not_found import show_no_customer, show_no_diagnosis
from pixeldesk.pages.customer.tables import show_failures, show_keys, show_websites
from pixeldesk.pages.customer.timeline import show_timeline
from pixeldesk.pages.customer.totals import show_totals
from pixeldesk.pages.widgets.customer_link import asked_customer, asked_diagnosis, customer_link
from pixeldesk.pages.widgets.frame import Frame, show_page
from pixeldesk.pages.widgets.newer_lines import show_newer_lines
from pixeldesk.pages.widgets.safe_text import code_label, show_text
from pixeldesk.pages.widgets.waiting import wait_for


def _ask(desk: Desk, customer_id: str) -> Snapshot[Customer]:
    return wait_for(desk.customer_in_background(customer_id))


def _show_customer(desk: Desk, customer: Customer) -> None:
    if not (customer.totals or customer.diagnoses or customer.failures):
        show_no_customer()
        return
    show_totals(customer.totals)
    left, right = st.columns([3, 5], gap="medium")
    with left:
        show_diagnoses(customer.diagnoses, desk.marks())
        show_retries(customer.retries)
    with right:
        show_timeline(customer.hours, customer.diagnoses)
        show_failures(customer.failures)
        show_keys(customer.keys)
        show_websites(customer.websites)


def _show_diagnosis(desk: Desk, diagnosis_id: str) -> None:
    with st.skeleton(height=420):
        snapshot = desk.diagnosis_snapshot()
    show_newer_lines(snapshot, desk.diagnosis_snapshot)
    found = [diagnosis for diagnosis in snapshot.answer if diagnosis.id == diagnosis_id]
    if not found:
        show_no_diagnosis()
        return
    for diagnosis in found:
        show_text(caller_of(diagnosis))
        if diagnosis.customer_id:
            customer_link(diagnosis.customer_id)
        with st.container(width=720):
            show_diagnosis_with_reply(diagnosis, desk.marks())


customer_id, diagnosis_id = asked_customer(), asked_diagnosis()


def _show(frame: Frame) -> None:
    if customer_id:
        ask = partial(_ask, frame.desk, customer_id)
        with st.skeleton(height=420):
            snapshot = ask()
        show_newer_lines(snapshot, ask)
        _show_customer(frame.desk, snapshot.answer)
    elif diagnosis_id:
        _show_diagnosis(frame.desk, diagnosis_id)
    else:
        show_no_customer()


show_page(
    f"Customer {code_label(customer_id)}" if customer_id else "Diagnosis",
    _show,
    back=("customers/page.py", "All customers"),
)
