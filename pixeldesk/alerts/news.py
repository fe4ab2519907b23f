"""What there is to tell of an incident now, given what was told of it before."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pixeldesk.alerts.alert_memory import Posted, Told
from pixeldesk.alerts.reported import ReportedIncident
from pixeldesk.incidents.incident import ANY_SERVER_ERROR, ChangeKind

PAUSE = timedelta(minutes=30)
"""Between an alert about an incident and the next one that tells of no end."""

# Somebody who begins to watch wants to know of what is happening and not of what has happened.
_BEFORE_WATCHING = timedelta(minutes=15)
# Of an outage that nobody was told of in time, the page of incidents tells.
_NEWS_FOR = timedelta(days=1)
# Lines that arrive late may move an incident's beginning, and with it its id.
_MOVES_BY = timedelta(minutes=30)


def last_told(incident: ReportedIncident, posted: Iterable[Posted], present: set[str]) -> Posted | None:
    """The newest alert about an incident: by its id, or by one that is not `present` any more and was where it is."""
    about = [one for one in posted if _is_about(one.told, incident, present)]
    return about[-1] if about else None


def news(incident: ReportedIncident, last: Posted | None, began: datetime, now: datetime) -> ChangeKind | None:
    """The kind of alert to post now, about the newest state, or None. What was passed over meanwhile is not made up.

    `last` is the newest alert about it; `began` is when watching this store began: what happened before is history.
    """
    if last is None:
        is_news = incident.changes[-1].at > max(began - _BEFORE_WATCHING, now - _NEWS_FOR)
        return ("opened" if incident.ended_at is None else "ended") if is_news else None
    if incident.ended_at is not None:
        return None if last.told.kind == "ended" else "ended"
    if now - last.at < PAUSE:
        return None
    if last.told.kind == "ended":
        return "opened"
    return "grew" if incident.growths > last.told.growths else None


def _is_about(told: Told, incident: ReportedIncident, present: set[str]) -> bool:
    if told.incident in present:
        return told.incident == incident.id
    return (
        told.environment == incident.environment
        # What showed in all server errors together may show in one code's when there are more of them.
        and (told.code == incident.code or ANY_SERVER_ERROR in (told.code, incident.code))
        and told.started_at <= incident.until + _MOVES_BY
        and told.until >= incident.started_at - _MOVES_BY
    )
