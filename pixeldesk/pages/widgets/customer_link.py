"""Link to a customer's page: `/customer?id=cus_…`, or `?diagnosis=…` for a diagnosis without a known customer."""

import streamlit as st

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.pages.widgets.query_value import query_value
from pixeldesk.pages.widgets.safe_text import code_label
from pixeldesk.pages.widgets.switch_page import request_switch

_ID, _DIAGNOSIS = "id", "diagnosis"


def asked_customer() -> str | None:
    """Return the customer id in the address."""
    return query_value(_ID)


def asked_diagnosis() -> str | None:
    """Return the diagnosis id in the address."""
    return query_value(_DIAGNOSIS)


def customer_link(customer_id: str) -> None:
    """Show a link to a customer's page."""
    st.page_link(
        "customer/page.py",
        label=f"Customer {code_label(customer_id)}",
        icon=":material/person:",
        help="",
        query_params={_ID: customer_id},
    )


def open_customer(customer_id: str) -> None:
    """Switch to a customer's page. Call it from a callback."""
    request_switch("customer", **{_ID: customer_id})


def open_subject(diagnosis: Diagnosis) -> None:
    """Switch to the page of a diagnosis's customer, or of the diagnosis alone. Call it from a callback."""
    request_switch("customer", **_query(diagnosis))


def _query(diagnosis: Diagnosis) -> dict[str, str]:
    if diagnosis.customer_id:
        return {_ID: diagnosis.customer_id}
    return {_DIAGNOSIS: diagnosis.id}
