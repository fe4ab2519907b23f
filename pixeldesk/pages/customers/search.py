"""Search for customers by a part of a name, a website, a key or its beginning, or an address.

The address has what was found, as the logs have it, and never what was typed, which may be a key.
"""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from pixeldesk.desk.desk import the_desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.widgets.customer_link import customer_link
from pixeldesk.pages.widgets.private_box import private_box
from pixeldesk.pages.widgets.safe_text import show_text
from pixeldesk.tickets.caller_search import FoundCaller

_KEY, _NOBODY, _WHO = "customer_search", "customer_search_found_nobody", "who"
_MOST_LINKS, _MOST_IN_ADDRESS, _MOST_CHARACTERS = 12, 40, 300
_SEPARATOR = "|"


def ask_callers() -> list[FoundCaller]:
    """Show the box, and who was found. Return them; none if nobody is searched for."""
    private_box(
        _KEY,
        "Find a customer",
        "Find a customer: part of a name, a website, a key or how it begins, an address",
        _search,
    )
    if st.session_state.pop(_NOBODY, False):
        st.caption("Nobody in the logs has that name, website, key or address.")
    callers = _asked()
    if callers:
        _show(callers)
    return callers


def _search(text: str) -> None:
    found: Sequence[FoundCaller] = ()
    # Of a store that does not answer, the page says so as it runs again.
    with suppress(PixeldeskError):
        found = the_desk().search_callers(text)
    st.session_state[_NOBODY] = not found
    st.query_params[_WHO] = [_written(each) for each in found[:_MOST_IN_ADDRESS]]


def _written(caller: FoundCaller) -> str:
    return _SEPARATOR.join((caller.kind, caller.customer_id or "", caller.name))


def _asked() -> list[FoundCaller]:
    """Return the callers in the address, where anybody may write anything."""
    callers: list[FoundCaller] = []
    for text in st.query_params.get_all(_WHO)[:_MOST_IN_ADDRESS]:
        kind, _, rest = text[:_MOST_CHARACTERS].partition(_SEPARATOR)
        customer, _, name = rest.partition(_SEPARATOR)
        if kind in ("customer", "website", "key", "address") and name:
            callers.append(FoundCaller.model_validate({"kind": kind, "name": name, "customer_id": customer or None}))
    return callers


def _show(callers: Sequence[FoundCaller]) -> None:
    customers = list(dict.fromkeys(each.customer_id for each in callers if each.customer_id))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Found**", width="content")
        for customer in customers[:_MOST_LINKS]:
            customer_link(customer)
        if len(customers) > _MOST_LINKS:
            st.caption(f"and {len(customers) - _MOST_LINKS:,} more", width="content")
        for each in [each for each in callers if not each.customer_id][:_MOST_LINKS]:
            show_text(f"{each.kind} {each.name}", width="content")
        st.button("Show everybody", on_click=_forget, type="tertiary")


def _forget() -> None:
    del st.query_params[_WHO]
