"""Define the card of a request: all that the desk knows about it, with a reply to send."""

from typing import Literal

from pydantic import JsonValue, computed_field

from pixeldesk.catalogue.catalogue import ErrorEntry, Fault, catalogue
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.incidents.incident import Incident
from pixeldesk.tickets.outage import Outage
from pixeldesk.tickets.replies import ticket_reply
from pixeldesk.tickets.request_facts import ReplyFacts

AliasKind = Literal["request", "edge", "trace", "downstream", "counted"]


class ErrorBody(FrozenModel):
    """The error of the response, as it was logged."""

    code: str | None
    """The error code; null for a success, or if none was logged."""
    message: str | None
    """The message of the response."""
    details: JsonValue
    """A JSON document, or text if it is none."""


class KeyHint(FrozenModel):
    """What may be shown of the API key of a request: never more than its first twelve characters."""

    id: str | None = None
    """Our id of the key; null if it matches none."""
    prefix: str | None = None
    """Its first characters, at most twelve."""
    length: int | None = None
    """The length of the whole key, characters."""
    fingerprint: str | None = None
    """The first 16 hex digits of the key's SHA-256."""
    scopes: tuple[str, ...] | None = None
    """The scopes that the key holds: none if empty, not logged if null."""
    revoked_at: Moment | None = None
    """When it was revoked."""
    expires_at: Moment | None = None
    """When it expires, or expired."""


class Upstream(FrozenModel):
    """What a service that we call answered us, as far as it was logged."""

    service: str | None
    """The name of the service."""
    status: int | None
    """Its HTTP status."""
    message: str | None
    """Its error message."""
    jwt_issued_at: Moment | None
    """When the token was issued that we presented to it."""


class Source(FrozenModel):
    """Where a log line was read."""

    path: str | None
    """A file, an address, or the sender of a push; null if its source is no longer known."""
    line: int
    """The number of the line, from 1."""


class Alias(FrozenModel):
    """Another id by which the request is found."""

    kind: AliasKind
    """`request` is the request's own id at another hop; the others name who gave the id."""
    id: str
    """The id, as it was logged."""


class Neighbour(FrozenModel):
    """Another request of the same customer or key; of the same client address if neither was logged."""

    timestamp: Moment
    """When the request was answered."""
    request_id: str
    """The request id."""
    environment: str | None
    """The environment that was called."""
    method: str | None
    """The HTTP method."""
    route: str | None
    """The route as its template, such as `/pixel/pipes/{pipe}`."""
    path: str | None
    """The path with its query, secrets redacted."""
    status: int
    """The HTTP status of the answer."""
    error_code: str | None
    """The error code; null for a success, or if none was logged."""
    duration_ms: float | None
    """How long it took, milliseconds."""
    customer_id: str | None
    """The customer that the line names."""


class Neighbours(FrozenModel):
    """The nearest requests of the same caller, in time order, at most ten each way.

    They lie within 24 hours; only if there are none in that time, farther away.
    """

    before: tuple[Neighbour, ...] = ()
    """Those before, the nearest last."""
    after: tuple[Neighbour, ...] = ()
    """Those after, the nearest first."""


class AlsoAffected(FrozenModel):
    """Who else got the same error code in the same clock hour; all zero for a request without an error code."""

    customers: int = 0
    """Other customers."""
    requests: int = 0
    """Their requests."""
    unnamed_callers: int = 0
    """Other callers without a customer, by key or client address."""
    unnamed_requests: int = 0
    """Their requests."""


class Card(FrozenModel):
    """All that the desk knows about one request.

    A value that the log does not have is null.
    """

    request_id: str
    """The request id."""
    timestamp: Moment
    """When the request was answered, as its line says."""
    environment: str | None
    """The environment that was called."""
    method: str | None
    """The HTTP method."""
    route: str | None
    """The route as its template, such as `/pixel/pipes/{pipe}`."""
    path: str | None
    """The path with its query, secrets redacted."""
    status: int
    """The HTTP status of the answer."""
    duration_ms: float | None
    """How long the request took, milliseconds."""
    customer_id: str | None
    """The customer that the line names."""
    website_id: str | None
    """The website that was asked for."""
    host: str | None
    """The server that answered."""
    region: str | None
    """The region of the server."""
    release: str | None
    """The release that ran on the server."""
    client_ip: str | None
    """The address of the client."""
    user_agent: str | None
    """The program of the client."""
    response_rows: int | None
    """The number of rows in the response."""
    retry_after_s: float | None
    """The Retry-After of the response, seconds."""
    clock_suspect: bool
    """Whether `timestamp` is implausibly far in the past or the future."""
    error: ErrorBody
    """The error of the response."""
    title: str
    """The outcome in a few words, from the catalogue of error codes, as the next fields."""
    meaning: str
    """What the outcome means."""
    fix: str
    """What the customer, or we, can do."""
    retryable: bool
    """Whether the same request may succeed if it is tried again."""
    retry: str
    """How to try again, or why not."""
    fault: Fault | None
    """Whose fault it is; null if nobody's, or if the log does not show it."""
    ours: bool
    """Whether we have to act: our own fault, or that of a service we call."""
    known_code: bool
    """False only for an error code that the catalogue does not list."""
    key: KeyHint
    """What may be shown of the API key."""
    upstream: Upstream
    """What a service that we call answered us."""
    source: Source
    """Where the line of the request was read."""
    aliases: tuple[Alias, ...]
    """Other ids by which the request is found, at most 50."""
    lines: tuple[JsonValue, ...]
    """All log lines of the request, redacted, in time order: JSON documents, or text if one is none."""
    neighbours: Neighbours
    """Requests of the same caller before and after."""
    also_affected: AlsoAffected
    """Who else got the same error."""
    nearest_pipe: str | None = None
    """For a pipe that does not exist: the one that is spelled most like it, of those that answered on that day."""
    diagnoses: tuple[Diagnosis, ...] = ()
    """First those that explain the request, then others of the same customer."""
    incident: Incident | None = None
    """The incident that the request is part of, if no diagnosis explains it."""
    found_by: str
    """The id in the text that led to the request."""
    is_shared: bool
    """Whether requests of several customers carry that id: then it alone does not tell whose ticket this is."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reply(self) -> str:
        """A mail to the customer about this request, plain text."""
        return ticket_reply([self.facts_with_diagnosis])

    @property
    def explaining_diagnosis(self) -> Diagnosis | None:
        """The first diagnosis that explains this request, if any."""
        return next((each for each in self.diagnoses if self.request_id in each.explains), None)

    @property
    def owner(self) -> str | None:
        """The customer that the request's line or its diagnosis names, if any."""
        diagnosis = self.explaining_diagnosis
        return self.customer_id or (diagnosis.customer_id if diagnosis else None)

    @property
    def entry(self) -> ErrorEntry:
        """The catalogue's entry for the outcome."""
        return catalogue().entry(self.error.code, self.status, self.upstream.message)

    @property
    def facts(self) -> ReplyFacts:
        """The facts of the card that a reply to its customer may use, without a diagnosis."""
        return self.facts_for_anybody.model_copy(
            update={
                "entry": self.entry,
                "path": self.path,
                "details": self.error.details if isinstance(self.error.details, dict | list) else None,
                "retry_after_s": self.retry_after_s,
                "key_ended_at": self.key.revoked_at if self.error.code == "api_key_revoked" else self.key.expires_at,
                "nearest_pipe": self.nearest_pipe,
            }
        )

    @property
    def facts_for_anybody(self) -> ReplyFacts:
        """The facts that anybody with the id may read: what the request was answered, and an outage of ours."""
        return ReplyFacts(
            request_id=self.request_id,
            found_by=self.found_by if self.found_by != self.request_id else None,
            timestamp=self.timestamp,
            method=self.method,
            route=self.route,
            status=self.status,
            code=self.error.code,
            entry=catalogue().entry(self.error.code, self.status),
            outage=Outage(since=self.incident.started_at, until=self.incident.ended_at) if self.incident else None,
        )

    @property
    def facts_with_diagnosis(self) -> ReplyFacts:
        """The facts with the diagnosis that explains the request, which is confidential to its customer."""
        diagnosis = self.explaining_diagnosis
        if diagnosis is None or not diagnosis.is_for_customer:
            return self.facts
        cause = {"diagnosis": diagnosis.id, "diagnosis_section": diagnosis.reply_section}
        return self.facts.model_copy(update=cause)
