"""Define what a client sends: the routes and a call."""

from __future__ import annotations

from dataclasses import dataclass, field

from sample_logs.simulator.labels import Label
from sample_logs.simulator.replies import Token

EVENTS = "/pixel/events"
IDENTIFY = "/pixel/identify"
PIPES = "/pixel/pipes/{pipe}"
VISITORS = "/pixel/visitors/{id}"
TOKENS = "/pixel/tokens"

METHOD = {EVENTS: "POST", IDENTIFY: "POST", PIPES: "GET", VISITORS: "GET", TOKENS: "POST"}


@dataclass(frozen=True, slots=True)
class Body:
    """A POST body, as far as validation cares: its event name and the field errors it would cause."""

    event: str = "pageview"
    flaws: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """An HTTP request of a client.

    ``label`` is the mistake with which this call is made. ``mends`` is a mistake that the client has fixed: this call
    does correctly what the mistake did wrong.
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
