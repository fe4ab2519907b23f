"""Find the causes of failed requests: the diagnosis that explains each, or the incident that it is part of."""

from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

from pixeldesk.diagnosis.diagnose import Caller, DiagnosisScope, diagnose
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.incidents.incident import Incident
from pixeldesk.store import Store
from pixeldesk.tickets.card import Card


def with_causes(
    store: Store, cards: Sequence[Card], incident_of: Callable[[Card], Incident | None]
) -> tuple[Card, ...]:
    """Return the cards with their diagnoses and incidents, which their replies then name.

    Cards of one caller are diagnosed together, so a ticket with one caller costs as much as one request. `incident_of`
    is called only for a request that no diagnosis explains.
    """
    cards_by_caller: dict[Caller, list[Card]] = {}
    for card in cards:
        cards_by_caller.setdefault(_caller(card), []).append(card)
    diagnoses = {
        caller: diagnose(store, DiagnosisScope(caller=caller, request_ids=_ids(callers_cards)))
        for caller, callers_cards in cards_by_caller.items()
    }
    diagnosed = (card.model_copy(update={"diagnoses": _diagnoses_of(card, diagnoses[_caller(card)])}) for card in cards)
    return tuple(
        card if card.explaining_diagnosis else card.model_copy(update={"incident": incident_of(card)})
        for card in diagnosed
    )


def _diagnoses_of(card: Card, diagnoses: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """Return the diagnoses that explain the request, then others of the same customer."""
    explaining = [each for each in diagnoses if card.request_id in each.explains]
    customers = {card.customer_id, *(each.customer_id for each in explaining)} - {None}
    others = [each for each in diagnoses if each not in explaining and each.customer_id in customers]
    return (*explaining, *others)


def _caller(card: Card) -> Caller:
    if card.customer_id:
        return Caller(customer_id=card.customer_id)
    return Caller(
        key_fingerprint=card.key.fingerprint,
        key_prefix=card.key.prefix,
        website_id=card.website_id or _website_in(card.path),
        client_ip=card.client_ip,
    )


def _website_in(path: str | None) -> str | None:
    query = (path or "").partition("?")[2].partition("#")[0]
    return next(iter(parse_qs(query).get("website_id", ())), None)


def _ids(cards: Sequence[Card]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(card.request_id for card in cards))
