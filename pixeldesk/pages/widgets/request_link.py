"""Link to requests: the address of Find a request holds the request ids and which card is shown, and nothing else.

`/?request_id=req_a` names one request, `/?request_id=req_a&request_id=req_b&show=1` a ticket with its second card open,
`/?request_id=req_a&from=2026-11-16T12:00:00.250Z` the first request from then on, of those that share an id.
A search is stored in the address alone, so links, reload, back and forward work without more.
"""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from pixeldesk.errors import UsageError
from pixeldesk.pages.widgets.query_value import query_value
from pixeldesk.pages.widgets.switch_page import request_switch
from pixeldesk.queries.values import parse_time, rfc3339

_REQUEST_ID, _SHOWN, _SINCE, _TICKET = "request_id", "show", "from", "ticket"

MOST_IDS = 20
"""How many requests the page looks up at once. The command line takes any number."""


def asked_ids() -> list[str]:
    """Return the ids in the address, at most MOST_IDS, unchecked: the lookup checks them like any pasted text."""
    return st.query_params.get_all(_REQUEST_ID)[:MOST_IDS]


def asked_since() -> datetime | None:
    """Return the time in the address, UTC; None if it is missing or invalid."""
    try:
        return parse_time(query_value(_SINCE) or "")
    except UsageError:
        return None


def ask_for(ids: Sequence[str]) -> None:
    """Show these requests, at most MOST_IDS. The browser's back button leads to the former address."""
    st.query_params.from_dict({_REQUEST_ID: list(ids[:MOST_IDS])})


def asked_ticket() -> str | None:
    """Return the name of a remembered ticket in the address."""
    return query_value(_TICKET)


def ask_for_ticket(name: str, ids: Sequence[str] = ()) -> None:
    """Show what a remembered ticket names, and why there is no request with these ids."""
    st.query_params.from_dict({_TICKET: name, **({_REQUEST_ID: list(ids[:MOST_IDS])} if ids else {})})


def ask_for_one(request_id: str, at: datetime) -> None:
    """Show the request with this id at this time: others may share its id."""
    st.query_params.from_dict({_REQUEST_ID: request_id, _SINCE: rfc3339(at)})


def open_request(request_id: str) -> None:
    """Switch from another page to this request. Call it from a callback."""
    request_switch("", **{_REQUEST_ID: request_id})


def shown_index(cards: int) -> int:
    """Return the index, from 0, of the card that the address opens. Anything that is no index opens the first."""
    index = st.query_params.get(_SHOWN, "0")
    return min(int(index), cards - 1) if index.isascii() and index.isdigit() and len(index) < 4 else 0


def show_index(index: int) -> None:
    """Open another card of the same ticket."""
    st.query_params[_SHOWN] = str(index)
