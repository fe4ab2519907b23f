"""One request's card: the verdict, the requests around it, and beside them why and what to answer."""

from concurrent.futures import Future

import streamlit as st

from pixeldesk.pages.find_request.card_side import CardSide, show_side
from pixeldesk.pages.find_request.neighbours import show_neighbours
from pixeldesk.pages.find_request.verdict import show_verdict
from pixeldesk.tickets.lookup import LookupAnswer


def show_card(answer: LookupAnswer, place: int, pending: "Future[LookupAnswer]") -> CardSide | None:
    """What happened and around it what else did, beside why and what to answer, which may be still to be finished."""
    left, right = st.columns([5, 3], gap="medium")
    with left:
        show_verdict(answer.found[place])
        show_neighbours(answer.found[place])
    with right:
        return show_side(answer, place, pending)
