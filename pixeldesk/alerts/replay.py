"""Compute the alerts that the rules would have posted in the past, to judge them before they are switched on."""

import statistics
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pixeldesk.alerts.news import PAUSE
from pixeldesk.frozen_model import FrozenModel, Moment
from pixeldesk.incidents.incident import Change, ChangeKind, Incident

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class ReplayedAlert(FrozenModel):
    """An alert that would have been posted: a change of an incident, by its id, and what was known then."""

    at: Moment
    kind: ChangeKind
    code: str
    environment: str | None
    minutes_after_onset: float
    requests: int
    customers: int
    incident: str


class Replay(FrozenModel):
    """The answer of `pixeldesk incidents --replay`: the alerts in time order, and the number of days they cover.

    `median_delay_minutes` is from an incident's onset to its opening alert; None without an incident.
    """

    incidents: int
    days: float
    median_delay_minutes: float | None
    posts: tuple[ReplayedAlert, ...]


def replay(incidents: Iterable[Incident], start: datetime, end: datetime) -> Replay:
    """Return the alerts that these incidents, in logs from `start` to `end`, would have caused."""
    found = list(incidents)
    posted = [(incident, change) for incident in found for change in _posted(incident)]
    delays = [_delay(incident, change) for incident, change in posted if change.kind == "opened"]
    return Replay(
        incidents=len(found),
        days=round(max(end - start, timedelta()) / _DAY, 1),
        median_delay_minutes=round(statistics.median(delays), 1) if delays else None,
        posts=tuple(sorted((_alert(*post) for post in posted), key=lambda alert: alert.at)),
    )


def _posted(incident: Incident) -> Iterator[Change]:
    """Yield the changes, without a growth within the cooldown after the alert before."""
    last: Change | None = None
    for change in incident.changes:
        if change.kind != "grew" or last is None or change.at - last.at >= PAUSE:
            last = change
            yield change


def _delay(incident: Incident, change: Change) -> float:
    return (change.at - incident.started_at) / _MINUTE


def _alert(incident: Incident, change: Change) -> ReplayedAlert:
    return ReplayedAlert(
        at=change.at,
        kind=change.kind,
        code=incident.code,
        environment=incident.environment,
        minutes_after_onset=round(_delay(incident, change), 1),
        requests=change.requests,
        customers=change.customers,
        incident=incident.id,
    )
