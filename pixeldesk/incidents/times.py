"""Compute durations: of an incident, of its detection, and of the history behind it."""

from datetime import datetime, timedelta

from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.rules import LEARNING_DAYS

_PAST = timedelta(microseconds=1)


def span_of(incident: Incident) -> tuple[datetime, datetime]:
    """Return an incident's start and end, half open. An open incident ends just after its last failure."""
    return incident.started_at, incident.ended_at or incident.last_seen + _PAST


def minutes_lasted(incident: Incident) -> int:
    """Return the minutes from an incident's first failure to its end, or to its last failure so far."""
    start, past = span_of(incident)
    return _whole_minutes(past - start)


def minutes_to_detect(incident: Incident) -> int:
    """Return the minutes from an incident's first failure to the firing of the rule."""
    return _whole_minutes(incident.detected_at - incident.started_at)


def is_learning(oldest: datetime, newest: datetime) -> bool:
    """Return whether the logs cover less than LEARNING_DAYS, too little to know what is usual."""
    return newest - oldest < timedelta(days=LEARNING_DAYS)


def _whole_minutes(span: timedelta) -> int:
    return round(span / timedelta(minutes=1))
