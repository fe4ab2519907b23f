"""Compute the alerts that the rules would have posted in the past, to judge them before they are switched on."""

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pixeldesk.alerts.news import PAUSE
from pixeldesk.incidents.incident import Change, Incident
from pixeldesk.queries.values import plain

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Replay:
    """The alerts in time order, and the number of days they cover. Times are UTC without a zone."""

    incidents: int
    days: float
    posts: tuple[tuple[Incident, Change], ...]

    @property
    def median_delay_minutes(self) -> float | None:
        """The median time from an incident's onset to its opening alert, minutes; None without an incident."""
        delays = [_delay(incident, change) for incident, change in self.posts if change.kind == "opened"]
        return statistics.median(delays) if delays else None

    def as_json(self) -> dict[str, Any]:
        """Return the answer of `pixeldesk incidents --replay`."""
        median = self.median_delay_minutes
        return {
            "incidents": self.incidents,
            "days": round(self.days, 1),
            "median_delay_minutes": None if median is None else round(median, 1),
            "posts": [_as_json(incident, change) for incident, change in self.posts],
        }


def replay(incidents: Iterable[Incident], start: datetime, end: datetime) -> Replay:
    """Return the alerts that these incidents, in logs from `start` to `end`, would have caused."""
    found = list(incidents)
    posts = [(incident, change) for incident in found for change in _posted(incident)]
    posts.sort(key=lambda post: post[1].at)
    return Replay(len(found), max(end - start, timedelta()) / _DAY, tuple(posts))


def _posted(incident: Incident) -> Iterator[Change]:
    """Yield the changes, without a growth within the cooldown after the alert before."""
    last: Change | None = None
    for change in incident.changes:
        if change.kind != "grew" or last is None or change.at - last.at >= PAUSE:
            last = change
            yield change


def _delay(incident: Incident, change: Change) -> float:
    return (change.at - incident.started_at) / _MINUTE


def _as_json(incident: Incident, change: Change) -> dict[str, Any]:
    document: dict[str, Any] = plain(
        {
            "at": change.at,
            "kind": change.kind,
            "code": incident.code,
            "environment": incident.environment,
            "minutes_after_onset": round(_delay(incident, change), 1),
            "requests": change.requests,
            "customers": change.customers,
            "incident": incident.id,
        }
    )
    return document
