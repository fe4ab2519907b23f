"""The address of a customer's page: `/customer?id=cus_…`, or `?diagnosis=…` where no customer is known."""

import streamlit as st

from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.pages.widgets.safe_text import code_label
from pixeldesk.pages.widgets.switch_page import travel_to

_ID, _DIAGNOSIS = "id", "diagnosis"
_LONGEST = 500


def asked_customer() -> str | None:
    """The customer the address asks for."""
    return st.query_params.get(_ID, "")[:_LONGEST] or None


def asked_diagnosis() -> str | None:
    """The diagnosis the address asks for."""
    return st.query_params.get(_DIAGNOSIS, "")[:_LONGEST] or None


def customer_link(customer_id: str) -> None:
    """A link to all that is known of a customer."""
    st.page_link(
        "customer/page.py",
        label=f"Customer {code_label(customer_id)}",
        icon=":material/person:",
        help="",
        query_params={_ID: customer_id},
    )


def open_customer(customer_id: str) -> None:
    """Go to a customer's page. For a callback."""
    travel_to("customer", **{_ID: customer_id})


def open_subject(diagnosis: Diagnosis) -> None:
    """Go to the page of whom a diagnosis is about. For a callback."""
    travel_to("customer", **_address(diagnosis))


def _address(diagnosis: Diagnosis) -> dict[str, str]:
    if diagnosis["customer_id"]:
        return {_ID: diagnosis["customer_id"]}
    return {_DIAGNOSIS: diagnosis["id"]}
