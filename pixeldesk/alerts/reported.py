"""An incident as the desk tells it to whoever asks, read back from its JSON: times are in UTC, with their zone."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from pixeldesk.incidents.incident import ChangeKind


class ReportedChange(BaseModel):
    """What became of an incident at a time, with its failed requests and customers until then."""

    model_config = ConfigDict(frozen=True)

    kind: ChangeKind
    at: AwareDatetime
    requests: int
    customers: int


class ReportedIncident(BaseModel):
    """What an alert tells of an incident; rates are failed requests a minute. Other fields are let go by."""

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
        """Its end; while it goes on, its last failure so far."""
        return self.ended_at or self.last_seen

    @property
    def growths(self) -> int:
        """How often it has grown much worse."""
        return sum(change.kind == "grew" for change in self.changes)


_incidents = TypeAdapter(list[ReportedIncident])


def reported(incidents: list[dict[str, Any]]) -> list[ReportedIncident]:
    """The incidents of an answer of the desk."""
    return _incidents.validate_python(incidents)
