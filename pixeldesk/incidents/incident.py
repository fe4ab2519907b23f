"""Define an incident: a failure of our own, as found in the logs."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from pixeldesk.frozen_model import FrozenModel, Moment

ANY_SERVER_ERROR = "5xx"
"""The code of an incident that shows only in all server errors together."""

NO_CODE = "no code"
"""The code of an incident whose requests failed without an error code."""

LEAST_STATUS = 500
"""The least HTTP status of a failure that can be part of an incident."""

ChangeKind = Literal["opened", "grew", "ended"]


class Change(FrozenModel):
    """A change of an incident at a time, with its failed requests and callers (`customers`) until then."""

    # `pixeldesk watch` may ask a server of a newer version.
    model_config = ConfigDict(extra="ignore")

    kind: ChangeKind
    """`opened`, `grew` or `ended`."""
    at: Moment
    """When it changed."""
    requests: int
    """Failed requests until then."""
    customers: int
    """Callers with failed requests until then."""


class Incident(FrozenModel):
    """A failure of our own. Rates are failed requests per minute."""

    # `pixeldesk watch` may ask a server of a newer version.
    model_config = ConfigDict(extra="ignore")

    id: str
    """The first minute and the code. It changes if later lines move the start."""
    code: str
    """The error code; `5xx` if it shows only in all server errors together, `no code` if its requests have none."""
    environment: str | None
    """The environment whose requests failed."""
    started_at: Moment
    """The first failure."""
    detected_at: Moment
    """When the rule fired, as far as the logs had come then."""
    ended_at: Moment | None
    """The end; null while it lasts."""
    last_seen: Moment
    """The last failure so far."""
    requests: int
    """Failed requests."""
    customers: int
    """Customers with failed requests."""
    callers: int
    """Callers with failed requests: customers, and keys or addresses without a customer."""
    hosts: tuple[str, ...]
    """The servers that failed them."""
    routes: tuple[str, ...]
    """The routes that failed."""
    peak_per_minute: float
    """The rate in the worst minute."""
    rate_per_minute: float
    """The rate on average."""
    baseline_per_minute: float
    """The usual rate at that time of day."""
    is_learning: bool
    """Whether the history to compare with was shorter than seven days."""
    failing_before: tuple[str, ...]
    """Callers that failed with this code before it began. Their failures are not counted."""
    differs: tuple[str, ...] = ()
    """What is different about the failing requests, in sentences, the most telling first."""
    examples: tuple[str, ...] = ()
    """The ids of some failed requests."""
    changes: tuple[Change, ...] = Field(min_length=1)
    """How it looked when it opened, grew or ended, in time order."""

    @property
    def is_open(self) -> bool:
        """Whether the incident has no end in the logs."""
        return self.ended_at is None

    @property
    def until(self) -> datetime:
        """The incident's end; for an open incident, its last failure so far."""
        return self.ended_at or self.last_seen

    @property
    def growths(self) -> int:
        """The number of times that the incident grew."""
        return sum(change.kind == "grew" for change in self.changes)


def code_of(incident: Incident) -> str | None:
    """Return the error code of an incident's failures: "" if they have none, None if it is of any server error."""
    return {ANY_SERVER_ERROR: None, NO_CODE: ""}.get(incident.code, incident.code)
