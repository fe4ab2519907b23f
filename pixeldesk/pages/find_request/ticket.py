"""Show a ticket without an id: what it names, the requests that fit it, the diagnoses of its callers, and a reply."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

import streamlit as st

from pixeldesk.desk.refreshed import Snapshot
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.find_request.reply import show_reply
from pixeldesk.pages.find_request.suggestion_list import suggestion_list
from pixeldesk.pages.widgets.customer_link import customer_link
from pixeldesk.pages.widgets.diagnosis_panel import status_badge
from pixeldesk.pages.widgets.fact_grid import show_fact_grid
from pixeldesk.pages.widgets.freshness import show_store_error
from pixeldesk.pages.widgets.safe_text import markdown_escaped
from pixeldesk.pages.widgets.time_format import to_the_minute
from pixeldesk.pages.widgets.waiting import wait_for
from pixeldesk.tickets.answer import LookupAnswer, Named, Suggested

_KINDS = {
    "customer": "Customers",
    "website": "Websites",
    "key": "Keys",
    "address": "Addresses",
    "code": "Error codes",
    "status": "Statuses",
    "route": "Routes",
    "pipe": "Pipes",
    "host": "Hosts",
    "environment": "Environments",
    "time": "Times (UTC)",
}
_MOST_DIAGNOSES = 6


def show_ticket(answer: LookupAnswer, ask: "Callable[[], Future[Snapshot[LookupAnswer]]]") -> None:
    """Show what was found for a ticket of which no id was found. `ask` starts its diagnoses."""
    pending = ask()
    left, right = st.columns([5, 3], gap="medium")
    with left:
        _show_named(answer)
        _show_suggested(answer.suggested)
    with right:
        show_reply(answer)
        slot = st.empty()
    try:
        diagnoses = wait_for(pending).answer.diagnoses
    except PixeldeskError as error:
        show_store_error(error)
        return
    if diagnoses:
        with slot.container(border=True, gap="xsmall"):
            _show_diagnoses(diagnoses)


def show_forgotten_ticket() -> None:
    """Show that the ticket of an address is no longer known."""
    with st.container(border=True):
        st.markdown("**What this ticket named is no longer known.** Its text was not kept: paste it again.")


def _show_named(answer: LookupAnswer) -> None:
    with st.container(border=True, gap="small"):
        if not answer.ids:
            st.markdown("**No request id in that text.**" + ("" if answer.named else f" {_NOTHING_NAMED}"))
        facts = [
            (title, [_named_text(each) for each in answer.named if each.kind == kind])
            for kind, title in _KINDS.items()
            if any(each.kind == kind for each in answer.named)
        ]
        if facts:
            st.caption("The text names")
            show_fact_grid(facts, columns=min(4, len(facts)))


_NOTHING_NAMED = (
    "It names no customer, key, website, address, error or time either. Ask for the value of `meta.request_id` in the"
    " error body, as text and without the API key."
)


def _named_text(named: Named) -> str:
    if named.kind != "time":
        return named.value if named.is_known else f"{named.value} (not in the logs)"
    if named.since is None or named.until is None:
        return named.value
    return f"{to_the_minute(named.since)} to {to_the_minute(named.until)}"


def _show_suggested(suggested: Sequence[Suggested]) -> None:
    if not suggested:
        st.caption("No failing request fits what the text names.")
        return
    st.markdown("**Failing requests that fit it, best first**")
    suggestion_list(suggested)


def _show_diagnoses(diagnoses: Sequence[Diagnosis]) -> None:
    st.markdown("**What is known of the callers that the text names**")
    for each in diagnoses[:_MOST_DIAGNOSES]:
        st.markdown(f"{markdown_escaped(each.title)} {status_badge(each.status)}")
    for customer in dict.fromkeys(each.customer_id for each in diagnoses if each.customer_id):
        customer_link(customer)
