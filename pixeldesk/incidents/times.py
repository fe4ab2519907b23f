"""How long things took: an incident, its detection, the history it was judged by."""

from datetime import datetime, timedelta

from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.rules import LEARNING_DAYS

_PAST = timedelta(microseconds=1)


def span_of(incident: Incident) -> tuple[datetime, datetime]:
    """Its time, half open; that of an open one ends behind its last failure."""
    return incident.started_at, incident.ended_at or incident.last_seen + _PAST


def minutes_lasted(incident: Incident) -> int:
    """From its first failure to its end, or to its last failure so far."""
    start, past = span_of(incident)
    return _whole_minutes(past - start)


def minutes_to_detect(incident: Incident) -> int:
    """From its first failure until the rule fired."""
    return _whole_minutes(incident.detected_at - incident.started_at)


def is_learning(oldest: datetime, newest: datetime) -> bool:
    """Whether the logs are too short to know what is usual."""
    return newest - oldest < timedelta(days=LEARNING_DAYS)


def _whole_minutes(span: timedelta) -> int:
    return round(span / timedelta(minutes=1))
