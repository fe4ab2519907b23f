"""Find the causes of failed requests: the diagnosis that explains each, or the incident that it is part of."""

from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

from pixeldesk.diagnosis.diagnose import Caller, DiagnosisScope, Explanations, RequestAt, explain
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.incidents.incident import Incident
from pixeldesk.store import Store
from pixeldesk.tickets.card import Card
from pixeldesk.tickets.unanswered import Named, NamedKind, Suggested

_CALLERS: tuple[NamedKind, ...] = ("customer", "key", "website", "address")


def with_causes(
    store: Store, cards: Sequence[Card], incident_of: Callable[[Card], Incident | None]
) -> tuple[Card, ...]:
    """Return the cards with their diagnoses and incidents, which their replies then name.

    All callers are diagnosed in one pass, so that a ticket of twenty customers costs little more than one request.
    `incident_of` is called only for a request that no diagnosis explains.
    """
    if not cards:
        return ()
    callers = tuple(dict.fromkeys(_caller(card) for card in cards))
    explanations = explain(store, DiagnosisScope(callers=callers, requests=tuple(map(_request, cards))))
    diagnosed = (card.model_copy(update={"diagnoses": _diagnoses_of(card, explanations)}) for card in cards)
    return tuple(
        card if card.explaining_diagnosis else card.model_copy(update={"incident": incident_of(card)})
        for card in diagnosed
    )


def diagnoses_of_named(store: Store, named: Sequence[Named], suggested: Sequence[Suggested]) -> tuple[Diagnosis, ...]:
    """Return the diagnoses of the callers that a text names, or of the one customer whom all that fits it is of."""
    known = {kind: {each.value for each in named if each.kind == kind and each.is_known} for kind in _CALLERS}
    if not any(known.values()):
        return ()
    customers = known["customer"] or {each.customer_id for each in suggested if each.customer_id}
    if len(customers) > 1 and not known["customer"]:
        customers = set()
    callers = [Caller(customer_id=each) for each in sorted(customers)]
    callers += [Caller(key_fingerprint=each) for each in sorted(known["key"])]
    callers += [Caller(website_id=each) for each in sorted(known["website"])]
    found = explain(store, DiagnosisScope(callers=tuple(callers))).diagnoses if callers else []
    return tuple(
        each
        for each in found
        if each.customer_id in customers
        or (each.key_fingerprint in known["key"] or each.website_id in known["website"])
    )


def _diagnoses_of(card: Card, explanations: Explanations) -> tuple[Diagnosis, ...]:
    """Return the diagnoses that explain the request, then others of the same customer.

    Another request with the same id, even at the same time, may have another cause, of which this card says nothing.
    """
    request = _request(card)
    whose = (None, card.customer_id)
    explaining, others = [], []
    for each in explanations.diagnoses:
        is_own = card.customer_id is None or each.customer_id in whose
        if is_own and request in explanations.requests.get(each.subject, ()):
            explaining.append(each)
        else:
            ids = tuple(request_id for request_id in each.explains if request_id != card.request_id)
            others.append(each.model_copy(update={"explains": ids}))
    customers = {card.customer_id, *(each.customer_id for each in explaining)} - {None}
    return (*explaining, *(each for each in others if each.customer_id in customers))


def _request(card: Card) -> RequestAt:
    return RequestAt(card.request_id, card.timestamp)


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
