"""What an incident is: our own failure, as found in the logs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pixeldesk.queries.values import plain

ANY_SERVER_ERROR = "5xx"
"""The code of an incident that no single error code shows, only all server errors together."""

NO_CODE = "no code"
"""The code of an incident whose requests failed without one."""

ChangeKind = Literal["opened", "grew", "ended"]


@dataclass(frozen=True)
class Change:
    """What became of an incident at a time, as whoever watched could have known it then."""

    kind: ChangeKind
    at: datetime
    requests: int
    customers: int


@dataclass(frozen=True)
class Incident:
    """One incident. Times are UTC without a zone; rates are failed requests a minute."""

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
    # Fewer than seven days of history were there to compare with.
    is_learning: bool
    # Callers that failed with this code already before it began: their failures are not counted here.
    failing_before: tuple[str, ...]
    changes: tuple[Change, ...]
    # Sentences, most telling first.
    differs: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it goes on, as far as the logs tell."""
        return self.ended_at is None

    def as_json(self) -> dict[str, Any]:
        """The INCIDENT of the command line's contract, and more."""
        names = self.__dataclass_fields__
        told: dict[str, Any] = plain({name: getattr(self, name) for name in names if name != "changes"})
        told["changes"] = [plain(vars(change)) for change in self.changes]
        return told
