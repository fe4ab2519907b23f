"""Show what stands beside a card: why the request failed, what to answer, and other mistakes of the customer.

The answer from the catalogue is shown at once. The diagnosis takes up to a second: a skeleton of its height stands in
for it, so that nothing moves when it is shown.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pixeldesk.catalogue.wording import counted
from pixeldesk.desk.refreshed import Snapshot
from pixeldesk.diagnosis.case_file import Case
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.diagnosis.overview import candidate_cases
from pixeldesk.errors import PixeldeskError
from pixeldesk.pages.find_request.incident_on_card import show_incident_of_card
from pixeldesk.pages.find_request.reply import ReplyFrame, fill_reply, reply_frame
from pixeldesk.pages.widgets.customer_link import customer_link
from pixeldesk.pages.widgets.diagnosis_panel import show_diagnosis, status_badge
from pixeldesk.pages.widgets.freshness import show_store_error
from pixeldesk.pages.widgets.safe_text import markdown_escaped
from pixeldesk.pages.widgets.waiting import wait_for
from pixeldesk.tickets.answer import LookupAnswer
from pixeldesk.tickets.card import Card
from pixeldesk.tickets.membership import may_be_part

# The heights of diagnoses on a wide screen; a longer diagnosis scrolls. A request that no case explains needs a line.
_TALL_PX, _SHORT_PX, _INCIDENT_PX, _LINE_PX = 396, 316, 116, 58
_SENTENCES_OF_A_TALL_DIAGNOSIS = 3


@dataclass(frozen=True)
class CardSide:
    """The column's slots that are still to be filled, and the index of its card in `LookupAnswer.found`."""

    index: int
    height: int
    diagnosis: DeltaGenerator
    reply: ReplyFrame
    others: DeltaGenerator


def show_side(answer: LookupAnswer, index: int, pending: "Future[Snapshot[LookupAnswer]]") -> CardSide | None:
    """Show what is known of the column. Return what `finish_side` has to fill in, or None if nothing is pending."""
    card = answer.found[index]
    height = _height(card)
    if pending.done():
        known = _fill_diagnosis(st.empty(), index, height, pending)
        fill_reply(reply_frame(answer), (known or answer).found[index], known or answer, final=True)
        _fill_others(st.empty(), known.found[index] if known else card)
        return None
    diagnosis, reply = st.skeleton(height), reply_frame(answer)
    fill_reply(reply, card, answer, final=False)
    return CardSide(index, height, diagnosis, reply, st.empty())


def finish_side(side: CardSide, pending: "Future[Snapshot[LookupAnswer]]") -> None:
    """Wait for the diagnosis, then show it and the reply that names the mistake."""
    known = _fill_diagnosis(side.diagnosis, side.index, side.height, pending)
    if known:
        fill_reply(side.reply, known.found[side.index], known, final=True)
        _fill_others(side.others, known.found[side.index])


def _fill_diagnosis(
    slot: DeltaGenerator, index: int, height: int, pending: "Future[Snapshot[LookupAnswer]]"
) -> LookupAnswer | None:
    try:
        answer = wait_for(pending).answer
    except PixeldeskError as error:
        with slot.container():
            show_store_error(error)
        return None
    card = answer.found[index]
    with slot.container(border=True, height=height, gap="small", key="beside_card"):
        _show_panel(card, card.explaining_diagnosis)
    return answer


def _fill_others(slot: DeltaGenerator, card: Card) -> None:
    others = [diagnosis for diagnosis in card.diagnoses if diagnosis is not card.explaining_diagnosis]
    if others:
        with slot.container(border=True, gap="xsmall"):
            _show_others(others)


def _show_panel(card: Card, found: Diagnosis | None) -> None:
    if card.incident:
        show_incident_of_card(card.incident)
        return
    if found is None:
        either = " It is part of no incident either." if may_be_part(card) else ""
        st.markdown(f"No known lasting mistake explains this request.{either}")
        _show_candidates(_candidates(card))
        return
    show_diagnosis(found, key="diagnosis")
    if found.customer_id and not card.customer_id:
        customer_link(found.customer_id)


def _show_candidates(candidates: Sequence[Case]) -> None:
    """Show which cases might have explained the request and how they would show, for a search by hand."""
    if candidates:
        st.caption("Looked for, and not found:")
        st.markdown(
            "\n".join(f"- **{markdown_escaped(case.title)}:** {markdown_escaped(case.shows)}" for case in candidates)
        )


def _show_others(others: list[Diagnosis]) -> None:
    st.markdown("**The same customer also has**")
    for diagnosis in others:
        count = diagnosis.failing_requests
        st.markdown(
            f"{markdown_escaped(diagnosis.title)} {status_badge(diagnosis.status)} :gray[{counted(count, 'request')}]"
        )


def _candidates(card: Card) -> tuple[Case, ...]:
    return () if card.ours else candidate_cases(card.error.code, card.response_rows)


def _height(card: Card) -> int:
    lengths = [len(case.evidence_for) + len(case.evidence_against) for case in _candidates(card)]
    if not lengths:
        return _INCIDENT_PX if may_be_part(card) else _LINE_PX
    return _TALL_PX if max(lengths) >= _SENTENCES_OF_A_TALL_DIAGNOSIS else _SHORT_PX
