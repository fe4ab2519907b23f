"""A customer's page: what fails since when and why, with which keys and websites, and what to answer.

`?diagnosis=…` shows one diagnosis alone: that of a key, an address or a scanner, behind which no customer is known.
"""

import streamlit as st

from pixeldesk.desk.desk import Customer, Desk, the_desk
from pixeldesk.diagnosis.overview import caller_of
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.customers.diagnoses import show_diagnoses, show_one, show_retries
from pixeldesk.pages.customers.tables import show_failures, show_keys, show_websites
from pixeldesk.pages.customers.timeline import show_timeline
from pixeldesk.pages.customers.totals import show_totals
from pixeldesk.pages.customers.unknown_customer import show_no_customer, show_no_diagnosis
from pixeldesk.pages.widgets.customer_link import asked_customer, asked_diagnosis, customer_link
from pixeldesk.pages.widgets.freshness import freshness_beside, show_freshness, show_store_error
from pixeldesk.pages.widgets.safe_text import code_label
from pixeldesk.pages.widgets.waiting import wait_for


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


st.page_link("customers/page.py", label="All customers", icon=":material/arrow_back:", help="")
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
