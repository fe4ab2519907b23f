"""A customer's page: what fails since when and why, with which keys and websites, and what to answer.

`?diagnosis=…` shows one diagnosis alone: that of a key, an address or a scanner, behind which no customer is known.
"""

import streamlit as st

from app_pages.customer_diagnoses import show_diagnoses, show_one, show_retries
from app_pages.customer_link import asked_customer, asked_diagnosis, customer_link
from app_pages.customer_tables import show_failures, show_keys, show_websites
from app_pages.customer_totals import show_totals
from app_pages.freshness import freshness_beside, show_freshness, show_store_error
from app_pages.safe_text import code_label
from app_pages.timeline import show_timeline
from app_pages.unknown_customer import show_no_customer, show_no_diagnosis
from app_pages.waiting import wait_for
from desk import Customer, Desk, the_desk
from diagnosis.overview import caller_of
from errors import PixeldeskError


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
        found = [one for one in desk.judgement().diagnoses if one["id"] == diagnosis_id]
    if not found:
        show_no_diagnosis()
        return
    for one in found:
        st.text(caller_of(one))
        if one["customer_id"]:
            customer_link(one["customer_id"])
        with st.container(width=720):
            show_one(one, desk.marks())


st.page_link("customers.py", label="All customers", icon=":material/arrow_back:", help="")
customer_id, diagnosis_id = asked_customer(), asked_diagnosis()
freshness = freshness_beside(f"Customer {code_label(customer_id)}" if customer_id else "Diagnosis")
try:
    desk = the_desk()
    if customer_id:
        pending = desk.gathering(customer_id)
        with st.skeleton(height=420):
            customer = wait_for(pending)
        _show_customer(desk, customer)
    elif diagnosis_id:
        _show_diagnosis(desk, diagnosis_id)
    else:
        show_no_customer()
    show_freshness(freshness, desk.coverage())
except PixeldeskError as error:
    show_store_error(error)
