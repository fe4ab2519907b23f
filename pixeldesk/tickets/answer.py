"""Define the answer to a ticket: the cards of the requests that it names, and the ids without a request."""

from typing import Literal

from pydantic import computed_field

from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.tickets.card import Card
from pixeldesk.tickets.found_requests import RequestRow
from pixeldesk.tickets.replies import ticket_reply

Absence = Literal["quarantined", "only_events", "not_in_logs", "no_logs"]
NamedKind = Literal["customer", "website", "key", "address", "code", "route", "host", "time"]


class NotFound(FrozenModel):
    """An id without a request."""

    request_id: str
    """The id."""
    absence: Absence
    """`quarantined`: its line could not be understood; `only_events`: only application log lines carry it;
    `not_in_logs`: no line that was read has it; `no_logs`: the store holds no requests yet."""
    reason: str
    """Why there is none, in one or two sentences for people."""
    nearest: tuple[str, ...] = ()
    """The most similar ids of requests, at most three."""


class EventLine(FrozenModel):
    """An application log line that an id of the text leads to, of no request that was found."""

    request_id: str
    """The id in the text that led to the line."""
    timestamp: Moment
    """When the line was written."""
    line: str
    """The line as it was logged, without its secrets."""


class Named(FrozenModel):
    """Something other than a request id that the text names."""

    kind: NamedKind
    """What it is."""
    value: str
    """What the text names, as the store writes it. Of a key, its fingerprint if the text has all of it, otherwise its
    beginning; of a time, the middle of the span that is meant, in RFC 3339."""
    since: Moment | None = None
    """Of a time, from when on it may be meant; otherwise null."""
    until: Moment | None = None
    """Of a time, until when it may be meant; otherwise null."""


class Suggested(FrozenModel):
    """A request that fits what the text names, in place of an id that it does not have."""

    request_id: str
    """The request id."""
    timestamp: Moment
    """When the request was answered."""
    customer_id: str | None
    """The customer that the line names."""
    status: int
    """The HTTP status of the answer."""
    code: str | None
    """The error code; null for a success, or if none was logged."""
    method: str | None
    """The HTTP method."""
    route: str | None
    """The route as its template; the path if no route was logged."""
    why: str
    """What of the text fits it, in a sentence for people."""


class LookupAnswer(FrozenModel):
    """The answer to a ticket."""

    ids: tuple[str, ...]
    """The ids in the order of the text, each once."""
    found: tuple[Card, ...] = ()
    """The requests that the ids lead to, in the order of the ids, those of one id in time order: at most 20, or one for
    each id if the text names more."""
    more: tuple[RequestRow, ...] = ()
    """The other requests that the ids lead to, in the same order: at most 10,000."""
    requests: int = 0
    """How many requests the ids lead to."""
    not_found: tuple[NotFound, ...] = ()
    """The ids that lead to no request."""
    events: tuple[EventLine, ...] = ()
    """The application log lines that the ids without a request lead to, in time order."""
    named: tuple[Named, ...] = ()
    """What else the text names, in the order of the text."""
    suggested: tuple[Suggested, ...] = ()
    """If no id was found: the requests that fit best what the text names, best first."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reply(self) -> str:
        """A mail to the customer about the whole ticket, plain text.

        It leaves out an id that requests of several customers share, unless the ticket's other ids name the customer.
        """
        # No customer may learn of another customer's request.
        certain = {card.customer_id for card in self.found if not card.is_shared}
        own = [card for card in self.found if not card.is_shared or card.customer_id in certain - {None}]
        # If the requests belong to several customers, leave out the diagnoses: each is confidential to its customer.
        is_one_customer = len({card.owner for card in own} - {None}) <= 1
        return ticket_reply([card.facts_with_diagnosis if is_one_customer else card.facts for card in own])
