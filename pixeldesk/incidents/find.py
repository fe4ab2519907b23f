"""Find every incident of a store, with its facts, its examples and what differs about it."""

from datetime import datetime, timedelta
from typing import Any

from pixeldesk.incidents.course import Turn
from pixeldesk.incidents.detector import Episode, episodes
from pixeldesk.incidents.incident import ANY_SERVER_ERROR, NO_CODE, Change, Incident
from pixeldesk.incidents.rules import QUIET_MINUTES
from pixeldesk.incidents.series import Series, series_of
from pixeldesk.incidents.times import span_of
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.differences import Failing, what_differs

_EXAMPLES = 8
_OVERLAP_MARGIN = timedelta(minutes=QUIET_MINUTES)


def find_incidents(store: Store) -> list[Incident]:
    """Return all incidents, newest first. An incident of all server errors is left out if a code's own overlaps it."""
    found: list[Incident] = []
    for series in series_of(store):
        incidents = [_incident(store, series, episode) for episode in episodes(series.failures)]
        if series.code == ANY_SERVER_ERROR:
            incidents = [each for each in incidents if not any(_overlap(each, other) for other in found)]
        found += incidents
    return sorted(found, key=_sort_key, reverse=True)


def incident_failing(incident: Incident) -> Failing:
    """Return the scope of an incident's failing requests, to compare them with others."""
    code = None if incident.code in (ANY_SERVER_ERROR, NO_CODE) else incident.code
    start, end = span_of(incident)
    return Failing(
        start=start,
        end=end,
        environment=incident.environment,
        error_code=code,
        not_callers=incident.failing_before,
        server_errors_only=True,
    )


def _incident(store: Store, series: Series, episode: Episode) -> Incident:
    course = episode.course
    before = tuple(series.callers[caller] for caller in episode.failing_before)
    scope: dict[str, Any] = {
        "start": series.time_of(course.start),
        "end": series.time_of(course.end),
        "environment": series.environment,
        "error_code": None if series.code == ANY_SERVER_ERROR else series.code,
        "not_callers": list(before),
    }
    (facts,) = question("incident_facts").rows(store, **scope)
    minutes = course.end - course.start
    traffic = int(series.failures.traffic[course.start : course.end].sum())
    code = series.code or NO_CODE
    incident = Incident(
        id=f"{facts['first_seen']:%Y-%m-%dT%H:%M}-{code}-{series.environment or 'no environment'}",
        code=code,
        environment=series.environment,
        started_at=facts["first_seen"],
        detected_at=series.time_of(episode.detected),
        ended_at=None if course.decided is None else scope["end"],
        last_seen=facts["last_seen"],
        requests=facts["requests"],
        customers=facts["customers"],
        callers=facts["callers"],
        hosts=tuple(facts["hosts"] or ()),
        routes=tuple(facts["routes"] or ()),
        peak_per_minute=float(episode.peak),
        rate_per_minute=facts["requests"] / minutes,
        baseline_per_minute=episode.usual_rate * traffic / minutes,
        is_learning=episode.is_learning,
        failing_before=before,
        changes=tuple(_change(series, turn) for turn in course.turns),
        examples=tuple(
            row["request_id"] for row in question("incident_examples").rows(store, **scope, limit=_EXAMPLES)
        ),
    )
    differences = what_differs(store, incident_failing(incident)).differences
    return incident.model_copy(update={"differs": tuple(difference.sentence() for difference in differences)})


def _change(series: Series, turn: Turn) -> Change:
    return Change(kind=turn.kind, at=series.time_of(turn.at), requests=turn.requests, customers=turn.callers)


def _sort_key(incident: Incident) -> tuple[datetime, str, str]:
    return incident.started_at, incident.code, incident.environment or ""


def _overlap(first: Incident, second: Incident) -> bool:
    return (
        first.environment == second.environment
        and first.started_at <= second.until + _OVERLAP_MARGIN
        and second.started_at <= first.until + _OVERLAP_MARGIN
    )
