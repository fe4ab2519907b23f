"""A pasted text to an answer: every request id in it, its cards, or why there are none."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pixeldesk.catalogue.checks import looks_like_secret
from pixeldesk.catalogue.wording import counted
from pixeldesk.queries import question
from pixeldesk.queries.values import rfc3339
from pixeldesk.store import Store
from pixeldesk.tickets.card_diagnoses import explaining, with_diagnoses
from pixeldesk.tickets.cards import Card, cards, reply_facts
from pixeldesk.tickets.replies import ReplyFacts, ticket_reply
from pixeldesk.tickets.request_ids import find_request_ids, variants

_SHOWN_GAPS = 3
_LONGEST_ID = 200


@dataclass(frozen=True)
class NotFound:
    """An id without a request: why, in one or two sentences, and the stored ids most like it."""

    request_id: str
    reason: str
    nearest: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the command line's contract has it."""
        return {"request_id": self.request_id, "reason": self.reason, "nearest": list(self.nearest)}


@dataclass(frozen=True)
class LookupAnswer:
    """What a pasted text led to. `ids` are in the order of the text; `found` has every card of every id."""

    ids: tuple[str, ...]
    found: list[Card] = field(default_factory=list)
    not_found: list[NotFound] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As the command line's contract has it; `reply` answers the whole ticket."""
        return {
            "ids": list(self.ids),
            "found": self.found,
            "not_found": [one.as_json() for one in self.not_found],
            "reply": self.reply(),
        }

    def reply(self) -> str:
        """One answer to the whole ticket.

        An id that requests of several customers share is left out, unless the ticket's other ids tell whose it
        is: nobody is told of another customer's request.
        """
        certain = {card["customer_id"] for card in self.found if not card["is_shared"]}
        own = [card for card in self.found if not card["is_shared"] or card["customer_id"] in certain - {None}]
        # Of several customers' requests only what each request itself met is told: a mistake is its owner's affair.
        of_one = len({_owner(card) for card in own} - {None}) <= 1
        return ticket_reply([_reply_facts(card) if of_one else reply_facts(card) for card in own])


def lookup(store: Store, text: str) -> LookupAnswer:
    """Find the requests that a text names: an id, several, an error body, a transcript or a whole ticket."""
    ids = find_request_ids(text) or _whole_text(store, text)
    found: dict[str, list[Card]] = {}
    not_found: list[NotFound] = []
    for request_id in ids:
        of_id = _cards_of(store, request_id)
        how = {"found_by": request_id, "is_shared": len({card["customer_id"] for card in of_id}) > 1}
        for own in dict.fromkeys(card["request_id"] for card in of_id):
            # Its own id says more of whose it is than one that it shares, such as a trace's.
            if own == request_id or own not in found:
                found[own] = [card | how for card in of_id if card["request_id"] == own]
        if not of_id:
            not_found.append(_not_found(store, request_id))
    return LookupAnswer(ids, [card for of_id in found.values() for card in of_id], not_found)


def diagnosed(
    store: Store, answer: LookupAnswer, incident_of: Callable[[Card], dict[str, Any] | None] = lambda _: None
) -> LookupAnswer:
    """The same answer with each card's diagnoses, and with replies that name the mistake.

    `incident_of` tells which incident of ours a request is part of; it is asked only of what no mistake explains.
    Apart from the lookup, which takes milliseconds where this may take a second: a page shows the cards first.
    """
    cards = [
        {**card, "incident": None if explaining(card) else incident_of(card)}
        for card in with_diagnoses(store, answer.found)
    ]
    return replace(answer, found=[{**card, "reply": ticket_reply([_reply_facts(card)])} for card in cards])


def _owner(card: Card) -> str | None:
    """Whose request it is, as far as its line or its diagnosis tells."""
    diagnosis = explaining(card)
    owner: str | None = card["customer_id"] or (diagnosis["customer_id"] if diagnosis else None)
    return owner


def _reply_facts(card: Card) -> ReplyFacts:
    diagnosis = explaining(card)
    if diagnosis is None:
        return reply_facts(card)
    cause = {"diagnosis": diagnosis["id"], "diagnosis_section": diagnosis["reply_section"]}
    return reply_facts(card).model_copy(update=cause)


def _cards_of(store: Store, request_id: str) -> list[Card]:
    """The cards of an id, or else of the requests it is another id of, or else the same of its shorter spellings."""
    for spelling in (request_id, *variants(request_id)):
        of_id = cards(store, spelling) or [card for name in _named(store, spelling) for card in cards(store, name)]
        if of_id:
            return of_id
    return []


def _named(store: Store, alias: str) -> list[str]:
    """The requests that have this as another id: that of the edge, the proxy, the trace or a call downstream."""
    return [row["request_id"] for row in question("requests_of_alias").rows(store, alias=alias)]


def _whole_text(store: Store, text: str) -> tuple[str, ...]:
    """An id of no usual shape, pasted alone: ids are opaque, so what stands in the store is one."""
    alone = text.strip()
    if not alone or len(alone) > _LONGEST_ID or any(letter.isspace() for letter in alone):
        return ()
    if looks_like_secret(alone):
        return ()
    is_known = question("request").rows(store, request_id=alone) or _named(store, alone)
    return (alone,) if is_known else ()


def _not_found(store: Store, request_id: str) -> NotFound:
    mentions = question("quarantine_mentions").rows(store, text=request_id)
    if mentions:
        where = "; ".join(f"{one['source']} line {one['line']}: {one['reason']}" for one in mentions)
        return NotFound(request_id, f"Its log line could not be understood and is in quarantine ({where}).")
    names = [request_id, *_named(store, request_id)]
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
    (coverage,) = question("coverage").rows(store)
    if coverage["oldest"] is None:
        return "The store holds no requests yet: read the logs first, with pixeldesk ingest PATH."
    span = f"from {rfc3339(coverage['oldest'])} to {rfc3339(coverage['newest'])}"
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
    """What a rule has dropped: an id does not tell of which day it is."""
    said = [
        f"{counted(one['requests'], 'request')} of {one['environment'] or 'no named environment'} were dropped by the"
        f" rule {one['rule']}, those of {counted(one['days'], 'day')} from {one['first_day']:%Y-%m-%d} to"
        f" {one['last_day']:%Y-%m-%d}, last on {one['dropped_at']:%Y-%m-%d}"
        for one in question("dropped_by_environment").rows(store)
        if one["requests"]
    ]
    return f" It may have been among what is kept no longer: {'; '.join(said)}." if said else ""


def _nearest(store: Store, request_id: str) -> tuple[str, ...]:
    rows = question("nearest_ids").rows(store, request_id=request_id, head=request_id[:8], tail=request_id[-5:])
    return tuple(row["request_id"] for row in rows)
