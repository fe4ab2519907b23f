"""What a client sends and what it hears back, before anything is written to a log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample_logs.simulator.labels import Label

EVENTS = "/pixel/events"
IDENTIFY = "/pixel/identify"
PIPES = "/pixel/pipes/{pipe}"
VISITORS = "/pixel/visitors/{id}"
TOKENS = "/pixel/tokens"

METHOD = {EVENTS: "POST", IDENTIFY: "POST", PIPES: "GET", VISITORS: "GET", TOKENS: "POST"}


@dataclass(frozen=True, slots=True)
class Token:
    """A minted JWT: who it is for and when it was issued. It lives 120 seconds."""

    fingerprint: str
    issued_at: float
    customer_id: str


@dataclass(frozen=True, slots=True)
class Body:
    """A POST body, as far as validation cares: its event name and the field errors it would cause."""

    event: str = "pageview"
    flaws: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request a client makes.

    ``label`` names the mistake this call is made with; ``mends`` names the mistake that the client has
    given up and whose purpose this call serves, done right.
    """

    at: float
    environment: str
    route: str
    path: str
    authorization: str | None
    ip: str
    user_agent: str
    website_id: str | None = None
    body: Body | None = None
    token: Token | None = None
    near: str = "iad1"
    label: Label | None = None
    mends: Label | None = None
    reuse_id: str | None = None

    @property
    def segment(self) -> str:
        """The last path segment, without the query string."""
        return self.path.split("?", 1)[0].rsplit("/", 1)[1]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the client hears."""

    at: float
    status: int
    code: str | None = None
    retry_after_s: float | None = None
    rows: int | None = None
    token: Token | None = None

    @property
    def ok(self) -> bool:
        """True for a 2xx."""
        return self.status < 300
