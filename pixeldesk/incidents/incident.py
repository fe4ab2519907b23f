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
    at: Moment
    requests: int
    customers: int


class Incident(FrozenModel):
    """An incident. Times are UTC without a zone; rates are failed requests per minute.

    Its JSON object is the one that the command line documents as INCIDENT; unknown fields of such an object are
    ignored.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    code: str
    environment: str | None
    started_at: Moment
    detected_at: Moment
    ended_at: Moment | None
    last_seen: Moment
    requests: int
    customers: int
    callers: int
    hosts: tuple[str, ...]
    routes: tuple[str, ...]
    peak_per_minute: float
    rate_per_minute: float
    baseline_per_minute: float
    # The history to compare with was shorter than seven days.
    is_learning: bool
    # Callers that failed with this code before it began. Their failures are not counted here.
    failing_before: tuple[str, ...]
    # Sentences, most telling first.
    differs: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    # In time order; the first is its opening.
    changes: tuple[Change, ...] = Field(min_length=1)

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
