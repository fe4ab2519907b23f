"""What a card says about its sender: the diagnosis that explains the request, and the customer's others."""

from collections.abc import Sequence
from typing import Any

from pixeldesk.diagnosis.diagnose import Caller, Diagnosis, DiagnosisScope, diagnose
from pixeldesk.store import Store
from pixeldesk.tickets.cards import Card


def with_diagnoses(store: Store, cards: Sequence[Card]) -> list[Card]:
    """The same cards with `diagnoses`: first what explains the request, then what else its customer has.

    Cards of one customer are diagnosed together, so a ticket costs as much as one request.
    """
    of_caller: dict[Caller, list[Card]] = {}
    for card in cards:
        of_caller.setdefault(_caller(card), []).append(card)
    found = {
        caller: diagnose(store, DiagnosisScope(caller=caller, request_ids=_ids(theirs)))
        for caller, theirs in of_caller.items()
    }
    return [{**card, "diagnoses": _of_card(card, found[_caller(card)])} for card in cards]


def explaining(card: Card) -> Diagnosis | None:
    """The diagnosis that explains this very request."""
    return next((one for one in card["diagnoses"] if card["request_id"] in one["explains"]), None)


def _of_card(card: Card, found: Sequence[Diagnosis]) -> list[Diagnosis]:
    explains = [one for one in found if card["request_id"] in one["explains"]]
    customers = {card["customer_id"], *(one["customer_id"] for one in explains)} - {None}
    others = [one for one in found if one not in explains and one["customer_id"] in customers]
    return [*explains, *others]


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
    _, _, query = (path or "").partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    return next((value for name, _, value in pairs if name == "website_id" and value), None)


def _ids(cards: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(card["request_id"] for card in cards)
