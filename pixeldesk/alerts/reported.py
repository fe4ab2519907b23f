"""Parse incidents from the desk's JSON. Times are UTC, with their zone."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from pixeldesk.incidents.incident import ChangeKind


class ReportedChange(BaseModel):
    """A change of an incident at a time, with its failed requests and customers until then."""

    model_config = ConfigDict(frozen=True)

    kind: ChangeKind
    at: AwareDatetime
    requests: int
    customers: int


class ReportedIncident(BaseModel):
    """The fields of an incident that alerts use. Rates are failed requests per minute. Unknown fields are ignored."""

    model_config = ConfigDict(frozen=True)

    id: str
    code: str
    environment: str | None
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    last_seen: AwareDatetime
    requests: int
    customers: int
    callers: int
    hosts: tuple[str, ...]
    peak_per_minute: float
    rate_per_minute: float
    baseline_per_minute: float
    is_learning: bool
    changes: tuple[ReportedChange, ...] = Field(min_length=1)
    differs: tuple[str, ...]
    examples: tuple[str, ...]

    @property
    def until(self) -> AwareDatetime:
        """The incident's end; for an open incident, its last failure so far."""
        return self.ended_at or self.last_seen

    @property
    def growths(self) -> int:
        """The number of times that the incident grew."""
        return sum(change.kind == "grew" for change in self.changes)


_incidents = TypeAdapter(list[ReportedIncident])


def reported(incidents: list[dict[str, Any]]) -> list[ReportedIncident]:
    """Parse the incidents of an answer of the desk."""
    return _incidents.validate_python(incidents)
