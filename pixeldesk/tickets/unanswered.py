"""Define what stands in an answer for an id without a request, and for a ticket without an id."""

from typing import Literal

from pixeldesk.frozen_model import FrozenModel, Moment

Absence = Literal["quarantined", "only_events", "not_in_logs", "no_logs"]
NamedKind = Literal[
    "customer", "website", "key", "address", "code", "status", "route", "pipe", "host", "environment", "time"
]


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
    is_known: bool = True
    """Whether the logs have it. Of a time, true."""
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


class Covered(FrozenModel):
    """The time that the stored logs cover."""

    since: Moment
    """When the oldest request was answered, of those with a plausible time."""
    until: Moment
    """When the newest was."""
