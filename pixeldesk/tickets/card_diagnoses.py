"""Add diagnoses to cards: the diagnosis that explains the request, and the customer's other diagnoses."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from pixeldesk.diagnosis.diagnose import Caller, DiagnosisScope, diagnose
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.store import Store
from pixeldesk.tickets.cards import Card


def with_diagnoses(store: Store, cards: Sequence[Card]) -> list[Card]:
    """Return the cards with `diagnoses`: first those that explain the request, then others of the same customer.

    Cards of one caller are diagnosed together, so a ticket with one caller costs as much as one request.
    """
    cards_by_caller: dict[Caller, list[Card]] = {}
    for card in cards:
        cards_by_caller.setdefault(_caller(card), []).append(card)
    diagnoses = {
        caller: diagnose(store, DiagnosisScope(caller=caller, request_ids=_ids(callers_cards)))
        for caller, callers_cards in cards_by_caller.items()
    }
    return [{**card, "diagnoses": _of_card(card, diagnoses[_caller(card)])} for card in cards]


def explaining_diagnosis(card: Card) -> Diagnosis | None:
    """Return the first diagnosis that explains this request, if any."""
    return next((each for each in card["diagnoses"] if card["request_id"] in each.explains), None)


def _of_card(card: Card, diagnoses: Sequence[Diagnosis]) -> list[Diagnosis]:
    explaining = [each for each in diagnoses if card["request_id"] in each.explains]
    customers = {card["customer_id"], *(each.customer_id for each in explaining)} - {None}
    others = [each for each in diagnoses if each not in explaining and each.customer_id in customers]
    return [*explaining, *others]


def _caller(card: Card) -> Caller:
    if card["customer_id"]:
        return Caller(customer_id=card["customer_id"])
    return Caller(
        key_fingerprint=card["key"]["fingerprint"],
        key_prefix=card["key"]["prefix"],
        website_id=card["website_id"] or _website_in(card["path"]),
        client_ip=card["client_ip"],
    )


def _website_in(path: str | None) -> str | None:
    query = (path or "").partition("?")[2].partition("#")[0]
    return next(iter(parse_qs(query).get("website_id", ())), None)


def _ids(cards: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(card["request_id"] for card in cards)
