"""Show the answer to a search: the choice of a request if there are several, and the card of the chosen one."""

from concurrent.futures import Future

import streamlit as st

from pixeldesk.desk.refreshed import Snapshot
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.find_request.card import show_card
from pixeldesk.pages.find_request.card_side import CardSide
from pixeldesk.pages.find_request.more_requests import show_more_requests
from pixeldesk.pages.find_request.not_found import show_not_found
from pixeldesk.pages.find_request.reply import show_reply
from pixeldesk.pages.find_request.welcome import show_no_id
from pixeldesk.pages.widgets.request_link import show_index, shown_index
from pixeldesk.pages.widgets.safe_text import code_label
from pixeldesk.pages.widgets.status_colour import status_colour
from pixeldesk.pages.widgets.time_format import with_milliseconds
from pixeldesk.pages.widgets.waiting import wait_for
from pixeldesk.tickets.answer import LookupAnswer, NotFound
from pixeldesk.tickets.card import Card

_KEY = "shown_card"


def show_answer(
    answer: LookupAnswer, pending: "Future[Snapshot[LookupAnswer]]", *, is_ticket_shown: bool
) -> CardSide | None:
    """Show a card, below a choice of cards if the text led to more than one.

    `is_ticket_shown` says that the ticket with its reply is shown as well. Return the column beside the card if the
    diagnosis in it is still pending; see `finish_side`.
    """
    cards: list[Card | NotFound] = [*answer.found, *answer.not_found]
    if not cards:
        show_no_id()
        return None
    index = shown_index(len(cards))
    if len(cards) > 1:
        _show_choice(answer, cards, index)
    card = cards[index]
    side = None
    if isinstance(card, NotFound):
        _show_missing(answer, card, pending, is_ticket_shown=is_ticket_shown)
    else:
        side = show_card(answer, index, pending)
    show_more_requests(answer)
    return side


def _show_missing(
    answer: LookupAnswer, missing: NotFound, pending: "Future[Snapshot[LookupAnswer]]", *, is_ticket_shown: bool
) -> None:
    if is_ticket_shown:
        show_not_found(answer, missing)
        return
    left, right = st.columns([5, 3], gap="medium")
    with left:
        show_not_found(answer, missing)
    with right:
        show_reply(_with_causes(answer, pending))


def _with_causes(answer: LookupAnswer, pending: "Future[Snapshot[LookupAnswer]]") -> LookupAnswer:
    """Return the answer with the causes of its other requests; without, if they cannot be had."""
    try:
        return wait_for(pending).answer if answer.found else answer
    except PixeldeskError:
        return answer


def _show_choice(answer: LookupAnswer, cards: list[Card | NotFound], index: int) -> None:
    labels = [_label(card, _is_shared(card, cards)) for card in cards]
    shared = sum(_is_shared(card, cards) for card in cards) + sum(row.request_id == row.found_by for row in answer.more)
    st.session_state[_KEY] = index
    st.pills(
        "Requests found in the text",
        range(len(cards)),
        key=_KEY,
        format_func=labels.__getitem__,
        on_change=_choose,
        required=True,
        label_visibility="collapsed",
    )
    if shared:
        st.markdown(
            f":orange-badge[:material/warning: Shared id] {shared:,} different requests carry the same id."
            " Choose the one whose time and customer fit the ticket."
        )


def _choose() -> None:
    index = st.session_state[_KEY]
    if index is not None:
        show_index(index)


def _is_shared(card: Card | NotFound, cards: list[Card | NotFound]) -> bool:
    return sum(_id(card) == _id(other) for other in cards) > 1


def _label(card: Card | NotFound, shared: bool) -> str:
    if isinstance(card, NotFound):
        return f":gray[not found] {code_label(card.request_id)}"
    status = f":{status_colour(card.status)}[{card.status or 'no status'}]"
    when = f" {with_milliseconds(card.timestamp)}" if shared else ""
    who = f" {code_label(card.customer_id)}" if shared and card.customer_id else ""
    return f"{status} {code_label(card.request_id)}{when}{who}"


def _id(card: Card | NotFound) -> str:
    return card.request_id
