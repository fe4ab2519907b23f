"""Look up a pasted text: find its request ids, and return the cards of each, or the reason why it has none."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pixeldesk.catalogue.checks import looks_like_secret
from pixeldesk.catalogue.wording import counted
from pixeldesk.queries import question
from pixeldesk.queries.values import rfc3339
from pixeldesk.retention.retention import dropped_days
from pixeldesk.store import Store
from pixeldesk.tickets.card_diagnoses import explaining_diagnosis, with_diagnoses
from pixeldesk.tickets.cards import Card, cards, reply_facts
from pixeldesk.tickets.replies import ReplyFacts, ticket_reply
from pixeldesk.tickets.request_ids import find_request_ids, variants
from pixeldesk.trends.coverage import coverage

_SHOWN_GAPS = 3
_LONGEST_ID = 200


@dataclass(frozen=True)
class NotFound:
    """An id without a request: the reason, in one or two sentences, and the most similar stored ids."""

    request_id: str
    reason: str
    nearest: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the document of the command line's contract."""
        return {"request_id": self.request_id, "reason": self.reason, "nearest": list(self.nearest)}


@dataclass(frozen=True)
class LookupAnswer:
    """The answer to a pasted text. `ids` are in the order of the text; `found` has every card of every id."""

    ids: tuple[str, ...]
    found: list[Card] = field(default_factory=list)
    not_found: list[NotFound] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the document of the command line's contract; its `reply` is for the whole ticket."""
        return {
            "ids": list(self.ids),
            "found": [
                {**card, "diagnoses": [diagnosis.as_json() for diagnosis in card["diagnoses"]]} for card in self.found
            ],
            "not_found": [missing.as_json() for missing in self.not_found],
            "reply": self.reply(),
        }

    def reply(self) -> str:
        """Draft a reply to the whole ticket.

        It leaves out an id that requests of several customers share, unless the ticket's other ids name the customer:
        no customer may learn of another customer's request.
        """
        certain = {card["customer_id"] for card in self.found if not card["is_shared"]}
        own = [card for card in self.found if not card["is_shared"] or card["customer_id"] in certain - {None}]
        # If the requests belong to several customers, leave out the diagnoses: each is confidential to its customer.
        is_one_customer = len({_owner(card) for card in own} - {None}) <= 1
        return ticket_reply([_reply_facts(card) if is_one_customer else reply_facts(card) for card in own])


def lookup(store: Store, text: str) -> LookupAnswer:
    """Find the requests that a text names: an id, several, an error body, a transcript or a whole ticket."""
    ids = find_request_ids(text) or _opaque_id(store, text)
    found: dict[str, list[Card]] = {}
    not_found: list[NotFound] = []
    for request_id in ids:
        cards_of_id = _cards_of(store, request_id)
        how = {"found_by": request_id, "is_shared": len({card["customer_id"] for card in cards_of_id}) > 1}
        for own in dict.fromkeys(card["request_id"] for card in cards_of_id):
            # A request's own id identifies its customer better than a shared id does, such as a trace id.
            if own == request_id or own not in found:
                found[own] = [card | how for card in cards_of_id if card["request_id"] == own]
        if not cards_of_id:
            not_found.append(_not_found(store, request_id))
    return LookupAnswer(ids, [card for cards_of_id in found.values() for card in cards_of_id], not_found)


def diagnosed(
    store: Store, answer: LookupAnswer, incident_of: Callable[[Card], dict[str, Any] | None] = lambda _: None
) -> LookupAnswer:
    """Add diagnoses and incidents to the cards of an answer, and name the mistake in their replies.

    `incident_of` returns the incident that a request is part of; it is called only if no diagnosis explains the
    request. A lookup takes milliseconds, this may take a second, so a page shows the cards first.
    """
    cards = [
        {**card, "incident": None if explaining_diagnosis(card) else incident_of(card)}
        for card in with_diagnoses(store, answer.found)
    ]
    return replace(answer, found=[{**card, "reply": ticket_reply([_reply_facts(card)])} for card in cards])


def _owner(card: Card) -> str | None:
    """Return the customer that the request's line or its diagnosis names, if any."""
    diagnosis = explaining_diagnosis(card)
    owner: str | None = card["customer_id"] or (diagnosis.customer_id if diagnosis else None)
    return owner


def _reply_facts(card: Card) -> ReplyFacts:
    diagnosis = explaining_diagnosis(card)
    if diagnosis is None:
        return reply_facts(card)
    cause = {"diagnosis": diagnosis.id, "diagnosis_section": diagnosis.reply_section}
    return reply_facts(card).model_copy(update=cause)


def _cards_of(store: Store, request_id: str) -> list[Card]:
    """Return the cards of an id; if there are none, of the requests with this alias; then try its shorter variants."""
    for variant in (request_id, *variants(request_id)):
        own = cards(store, variant)
        found = own or [card for name in _requests_of_alias(store, variant) for card in cards(store, name)]
        if found:
            return found
    return []


def _requests_of_alias(store: Store, alias: str) -> list[str]:
    """Return the ids of the requests with this alias: the id of an edge, a proxy, a trace or a downstream call."""
    return [row["request_id"] for row in question("requests_of_alias").rows(store, alias=alias)]


def _opaque_id(store: Store, text: str) -> tuple[str, ...]:
    """Return the whole text if it is a stored id of unusual form: ids are opaque, so any stored id counts."""
    alone = text.strip()
    if not alone or len(alone) > _LONGEST_ID or any(letter.isspace() for letter in alone):
        return ()
    if looks_like_secret(alone):
        return ()
    is_known = question("request").rows(store, request_id=alone) or _requests_of_alias(store, alone)
    return (alone,) if is_known else ()


def _not_found(store: Store, request_id: str) -> NotFound:
    mentions = question("quarantine_mentions").rows(store, text=request_id)
    if mentions:
        where = "; ".join(f"{line['source']} line {line['line']}: {line['reason']}" for line in mentions)
        return NotFound(request_id, f"Its log line could not be understood and is in quarantine ({where}).")
    names = [request_id, *_requests_of_alias(store, request_id)]
    events = [event for name in names for event in question("request_events").rows(store, request_id=name)]
    if events:
        first = rfc3339(min(event["timestamp"] for event in events))
        return NotFound(
            request_id,
            f"Only {counted(len(events), 'application log line')} with this id, the first at {first}; "
            "the line of the request itself is not in the logs that were read.",
        )
    return NotFound(request_id, _not_covered(store), _nearest(store, request_id))


def _not_covered(store: Store) -> str:
    covered = coverage(store)
    if covered.oldest is None or covered.newest is None:
        return "The store holds no requests yet: read the logs first, with pixeldesk ingest PATH."
    span = f"from {rfc3339(covered.oldest)} to {rfc3339(covered.newest)}"
    gaps = [rfc3339(row["hour"]) for row in question("gaps").rows(store)]
    missing = ""
    if gaps:
        more = f" and {len(gaps) - _SHOWN_GAPS} more" if len(gaps) > _SHOWN_GAPS else ""
        missing = f", with no line in the hours of {', '.join(gaps[:_SHOWN_GAPS])}{more}"
    return (
        f"No request with this id is in the logs that were read. They run {span}{missing}. "
        f"A request outside that, or of a server whose logs were not read, is not here.{_dropped(store)}"
    )


def _dropped(store: Store) -> str:
    """Say what retention dropped: an id does not contain its day, so the request may be among it."""
    dropped = [
        f"{counted(gone.requests, 'request')} of {gone.environment or 'no named environment'} were dropped by the"
        f" rule {gone.rule}, those of {counted(gone.days, 'day')} from {gone.first_day:%Y-%m-%d} to"
        f" {gone.last_day:%Y-%m-%d}, last on {gone.dropped_at:%Y-%m-%d}"
        for gone in dropped_days(store)
        if gone.requests
    ]
    return f" It may have been among what is kept no longer: {'; '.join(dropped)}." if dropped else ""


def _nearest(store: Store, request_id: str) -> tuple[str, ...]:
    rows = question("nearest_ids").rows(store, request_id=request_id, head=request_id[:8], tail=request_id[-5:])
    return tuple(row["request_id"] for row in rows)
