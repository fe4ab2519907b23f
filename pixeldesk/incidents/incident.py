"""Define an incident: a failure of our own, as found in the logs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pixeldesk.queries.values import plain

ANY_SERVER_ERROR = "5xx"
"""The code of an incident that shows only in all server errors together."""

NO_CODE = "no code"
"""The code of an incident whose requests failed without an error code."""

ChangeKind = Literal["opened", "grew", "ended"]


@dataclass(frozen=True)
class Change:
    """A change of an incident at a time, with what an observer could have known then."""

    kind: ChangeKind
    at: datetime
    requests: int
    customers: int


@dataclass(frozen=True)
class Incident:
    """An incident. Times are UTC without a zone; rates are failed requests per minute."""

    id: str
    code: str
    environment: str | None
    started_at: datetime
    detected_at: datetime
    ended_at: datetime | None
    last_seen: datetime
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
    changes: tuple[Change, ...]
    # Sentences, most telling first.
    differs: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the incident has no end in the logs."""
        return self.ended_at is None

    def as_json(self) -> dict[str, Any]:
        """Return the incident as the JSON object that the command line documents as INCIDENT."""
        names = self.__dataclass_fields__
        document: dict[str, Any] = plain({name: getattr(self, name) for name in names if name != "changes"})
        document["changes"] = [plain(vars(change)) for change in self.changes]
        return document
