"""What stands beside a card: why the request failed, what to answer, what else its customer gets wrong.

The answer from the catalogue is there at once. The diagnosis takes up to a second: its place is kept until it
comes, so that nothing else moves.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pixeldesk.diagnosis.case_file import Case
from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.diagnosis.overview import candidate_cases
from pixeldesk.errors import PixeldeskError
from pixeldesk.incidents.membership import may_be_part
from pixeldesk.pages.find_request.incident_on_card import show_incident_of_card
from pixeldesk.pages.find_request.reply import ReplyPlaces, fill_reply, reply_places
from pixeldesk.pages.widgets.customer_link import customer_link
from pixeldesk.pages.widgets.diagnosis_panel import show_diagnosis, status_badge
from pixeldesk.pages.widgets.freshness import show_store_error
from pixeldesk.pages.widgets.safe_text import markdown_escaped
from pixeldesk.pages.widgets.waiting import wait_for
from pixeldesk.tickets.card_diagnoses import explaining_diagnosis
from pixeldesk.tickets.cards import Card
from pixeldesk.tickets.lookup import LookupAnswer

# What the diagnoses need on a wide screen; a longer one scrolls within. What no case can explain needs a line.
_TALL_PX, _SHORT_PX, _INCIDENT_PX, _LINE_PX = 396, 316, 116, 58
_SENTENCES_OF_A_TALL_ONE = 3


@dataclass(frozen=True)
class CardSide:
    """The column's places, and the card they are about by its place among those found."""

    place: int
    height: int
    diagnosis: DeltaGenerator
    reply: ReplyPlaces
    others: DeltaGenerator


def show_side(answer: LookupAnswer, place: int, pending: "Future[LookupAnswer]") -> CardSide | None:
    """Draw all that is there. What `finish_side` has still to draw is returned."""
    card = answer.found[place]
    height = _height(card)
    if pending.done():
        known = _fill_diagnosis(st.empty(), place, height, pending)
        fill_reply(reply_places(answer), (known or answer).found[place], known or answer, final=True)
        _fill_others(st.empty(), known.found[place] if known else card)
        return None
    diagnosis, reply = st.skeleton(height), reply_places(answer)
    fill_reply(reply, card, answer, final=False)
    return CardSide(place, height, diagnosis, reply, st.empty())


def finish_side(side: CardSide, pending: "Future[LookupAnswer]") -> None:
    """Wait for the diagnosis and draw it, with the reply that names the mistake."""
    known = _fill_diagnosis(side.diagnosis, side.place, side.height, pending)
    if known:
        fill_reply(side.reply, known.found[side.place], known, final=True)
        _fill_others(side.others, known.found[side.place])


def _fill_diagnosis(
    where: DeltaGenerator, place: int, height: int, pending: "Future[LookupAnswer]"
) -> LookupAnswer | None:
    try:
        answer = wait_for(pending)
    except PixeldeskError as error:
        with where.container():
            show_store_error(error)
        return None
    card = answer.found[place]
    with where.container(border=True, height=height, gap="small", key="beside_card"):
        _show_panel(card, explaining_diagnosis(card))
    return answer


def _fill_others(where: DeltaGenerator, card: Card) -> None:
    others = [one for one in card["diagnoses"] if one is not explaining_diagnosis(card)]
    if others:
        with where.container(border=True, gap="xsmall"):
            _show_others(others)


def _show_panel(card: Card, found: Diagnosis | None) -> None:
    if card["incident"]:
        show_incident_of_card(card["incident"])
        return
    if found is None:
        either = " It is part of no incident either." if may_be_part(card) else ""
        st.markdown(f"No known lasting mistake explains this request.{either}")
        _show_candidates(_candidates(card))
        return
    show_diagnosis(found, key="diagnosis")
    if found["customer_id"] and not card["customer_id"]:
        customer_link(found["customer_id"])


def _show_candidates(candidates: Sequence[Case]) -> None:
    """What it might have been, and how that would show: for whoever looks on by hand."""
    if candidates:
        st.caption("Looked for, and not found:")
        st.markdown(
            "\n".join(f"- **{markdown_escaped(case.title)}:** {markdown_escaped(case.shows)}" for case in candidates)
        )


def _show_others(others: list[Diagnosis]) -> None:
    st.markdown("**The same customer also has**")
    for one in others:
        count = one["failing_requests"]
        st.markdown(
            f"{markdown_escaped(one['title'])} {status_badge(one['status'])}"
            f" :gray[{count:,} request{'' if count == 1 else 's'}]"
        )


def _candidates(card: Card) -> tuple[Case, ...]:
    return () if card["ours"] else candidate_cases(card["error"]["code"], card["response_rows"])


def _height(card: Card) -> int:
    lengths = [len(case.evidence_for) + len(case.evidence_against) for case in _candidates(card)]
    if not lengths:
        return _INCIDENT_PX if may_be_part(card) else _LINE_PX
    return _TALL_PX if max(lengths) >= _SENTENCES_OF_A_TALL_ONE else _SHORT_PX
