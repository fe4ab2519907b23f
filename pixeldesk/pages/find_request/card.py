"""Show a request's card: its outcome, the requests before and after it, and beside them the reason and the reply."""

from concurrent.futures import Future

import streamlit as st

from pixeldesk.desk.refreshed import Snapshot
from pixeldesk.pages.find_request.card_side import CardSide, show_side
from pixeldesk.pages.find_request.neighbours import show_neighbours
from pixeldesk.pages.find_request.outcome import show_outcome
from pixeldesk.tickets.answer import LookupAnswer


def show_card(answer: LookupAnswer, index: int, pending: "Future[Snapshot[LookupAnswer]]") -> CardSide | None:
    """Show a card. Return the column beside it if the diagnosis in it is still pending; see `finish_side`.

    `index` is the card's index in `answer.found`.
    """
    left, right = st.columns([5, 3], gap="medium")
    with left:
        show_outcome(answer.found[index])
        show_neighbours(answer.found[index])
    with right:
        return show_side(answer, index, pending)
