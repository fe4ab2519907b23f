"""Decide which alert is due about an incident, given the alerts posted before."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pixeldesk.alerts.alert_journal import Alert, Posted
from pixeldesk.incidents.incident import ANY_SERVER_ERROR, ChangeKind, Incident

PAUSE = timedelta(minutes=30)
"""The cooldown between two alerts about an incident. The alert of its end does not wait."""

# A new watch alerts about current incidents, and not about those whose last change was longer ago than this.
_BEFORE_WATCHING = timedelta(minutes=15)
# Do not alert about incidents older than this; the Incidents page lists them.
_NEWS_FOR = timedelta(days=1)
# Lines that arrive late may move an incident's start by this much, and change its id.
_MOVES_BY = timedelta(minutes=30)


def last_alert(incident: Incident, posted: Iterable[Posted], present: set[str]) -> Posted | None:
    """Return the newest alert about an incident, None if there is none.

    Alerts match by the incident's id, or, if their own incident is no longer in `present` (ids), by time and code.
    """
    about = [each for each in posted if _is_about(each.alert, incident, present)]
    return about[-1] if about else None


def news(incident: Incident, last: Posted | None, began: datetime, now: datetime) -> ChangeKind | None:
    """Return the kind of alert due now, about the newest state, or None. Changes missed meanwhile are not posted late.

    `last` is the newest alert about the incident. `began` is the time at which watching this store began: incidents
    from before it are history.
    """
    if last is None:
        is_news = incident.changes[-1].at > max(began - _BEFORE_WATCHING, now - _NEWS_FOR)
        return ("opened" if incident.ended_at is None else "ended") if is_news else None
    if incident.ended_at is not None:
        return None if last.alert.kind == "ended" else "ended"
    if now - last.at < PAUSE:
        return None
    if last.alert.kind == "ended":
        return "opened"
    return "grew" if incident.growths > last.alert.growths else None


def _is_about(alert: Alert, incident: Incident, present: set[str]) -> bool:
    if alert.incident in present:
        return alert.incident == incident.id
    return (
        alert.environment == incident.environment
        # With more failures, an incident of all server errors may turn out to be one of a single code.
        and (alert.code == incident.code or ANY_SERVER_ERROR in (alert.code, incident.code))
        and alert.started_at <= incident.until + _MOVES_BY
        and alert.until >= incident.started_at - _MOVES_BY
    )
