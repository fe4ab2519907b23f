"""Write an alert as the payload of an incoming webhook of Slack or Mattermost.

Everything is in `text`, which every such receiver shows. The only markup are code spans and `<address|words>` links,
which mean the same in both.
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from pixeldesk.alerts.inert import LONGEST, inert
from pixeldesk.catalogue.wording import counted
from pixeldesk.incidents.incident import ANY_SERVER_ERROR, NO_CODE, ChangeKind, Incident

_SHOWN_HOSTS = 8
_SHOWN_DIFFERENCES = 3
_SHOWN_EXAMPLES = 5
_MINUTE = timedelta(minutes=1)
_AROUND = 15 * _MINUTE


def message(kind: ChangeKind, incident: Incident, desk_url: str) -> dict[str, str]:
    """Return the payload of an alert. Its links hold absolute times, so that they show the same later."""
    lines = [
        f"Incident {kind}: {_what(incident)}",
        _when(incident),
        _how_bad(incident),
        f"{_whom(incident)}{_on(incident.hosts)}.",
        *(f"• {inert(sentence)}" for sentence in incident.differs[:_SHOWN_DIFFERENCES]),
    ]
    if incident.examples:
        lines.append(f"Examples: {', '.join(map(inert, incident.examples[:_SHOWN_EXAMPLES]))}")
    lines.append(
        f"<{_incident_link(incident, desk_url)}|The incident> · <{_errors_link(incident, desk_url)}|The errors>"
    )
    return {"text": "\n".join(lines)}


def _what(incident: Incident) -> str:
    code = "any server error" if incident.code == ANY_SERVER_ERROR else inert(incident.code)
    return f"{code} in {inert(incident.environment)}" if incident.environment else code


def _when(incident: Incident) -> str:
    if incident.ended_at is None:
        return f"Since {_moment(incident.started_at)} UTC, last seen {_moment(incident.last_seen)}."
    minutes = max(1, round((incident.ended_at - incident.started_at) / _MINUTE))
    return f"From {_moment(incident.started_at)} to {_moment(incident.ended_at)} UTC, {minutes} min."


def _moment(at: datetime) -> str:
    return f"{at:%-d %b %Y %H:%M}"


def _how_bad(incident: Incident) -> str:
    rate, peak, usual = map(_rate, (incident.rate_per_minute, incident.peak_per_minute, incident.baseline_per_minute))
    history = " (from less than a week of history)" if incident.is_learning else ""
    return f"{rate} failed requests a minute, {peak} at the peak, {usual} expected{history}."


def _rate(per_minute: float) -> str:
    """Format a rate with two significant digits, or as a whole number from 10 on: `12`, `3.4`, `0.02`."""
    return f"{per_minute:.0f}" if per_minute >= 10 else f"{per_minute:.2g}"


def _whom(incident: Incident) -> str:
    requests = counted(incident.requests, "request")
    if incident.customers:
        return f"{requests} of {counted(incident.customers, 'customer')}"
    return f"{requests} of {counted(incident.callers, 'caller')} whose customer the logs do not name"


def _on(hosts: tuple[str, ...]) -> str:
    if not hosts:
        return ""
    more = f" and {len(hosts) - _SHOWN_HOSTS} more" if len(hosts) > _SHOWN_HOSTS else ""
    return f" on {', '.join(map(inert, hosts[:_SHOWN_HOSTS]))}{more}"


def _incident_link(incident: Incident, desk_url: str) -> str:
    return f"{desk_url}/incident?{urlencode({'id': incident.id})}"


def _errors_link(incident: Incident, desk_url: str) -> str:
    """Return a link to the incident's errors and a quarter of an hour at either side, without overlong log text."""
    view = {
        "from": _in_link(incident.started_at - _AROUND),
        "to": _in_link(incident.until + _AROUND),
        "environment": incident.environment,
        # The page cannot filter failures without a code.
        "code": None if incident.code == NO_CODE else incident.code,
    }
    given = {name: value for name, value in view.items() if value and len(value) <= LONGEST}
    return f"{desk_url}/errors?{urlencode(given)}"


def _in_link(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%MZ}"
