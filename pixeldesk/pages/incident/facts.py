"""Show the facts of an incident: when it was, how many requests failed, and which hosts and routes failed them."""

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.times import minutes_lasted, minutes_to_detect
from pixeldesk.pages.widgets.fact_grid import show_fact_grid
from pixeldesk.pages.widgets.incident_text import duration, from_until, rate, state_badge
from pixeldesk.pages.widgets.safe_text import show_text
from pixeldesk.pages.widgets.time_format import in_viewers_zone, to_the_minute
from pixeldesk.queries.values import rfc3339

_MOST_NAMES = 8


def show_facts(incident: Incident) -> None:
    """Show the card at the top of an incident's page."""
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_badges(incident), width="content")
            show_text(_when(incident))
        show_fact_grid(_facts(incident), columns=6)
        if incident.failing_before:
            st.caption(
                f"Not counted: {counted(len(incident.failing_before), 'caller')} that failed like this already before"
                " it began."
            )


def _badges(incident: Incident) -> str:
    ours = ":red-badge[:material/home_repair_service: Ours, not the customer's]"
    learning = ":gray-badge[Learning: less than a week of logs came before]" if incident.is_learning else ""
    return " ".join(badge for badge in (state_badge(incident.is_open), ours, learning) if badge)


def _when(incident: Incident) -> str:
    began, ended = rfc3339(incident.started_at), rfc3339(incident.ended_at) if incident.ended_at else None
    local = in_viewers_zone(began)
    return f"{from_until(began, ended)}{f'  ·  began {local}' if local else ''}"


def _facts(incident: Incident) -> list[tuple[str, list[str]]]:
    lasted = f"{duration(minutes_lasted(incident))}{' so far' if incident.is_open else ''}"
    detection = duration(minutes_to_detect(incident))
    return [
        ("Detected", [to_the_minute(rfc3339(incident.detected_at)), f"after {detection}"]),
        ("Lasted", [lasted, f"last seen {to_the_minute(rfc3339(incident.last_seen))}"]),
        ("Failed requests", [f"{incident.requests:,}", *_callers(incident)]),
        (
            "Failed requests a minute",
            [
                f"{rate(incident.rate_per_minute)} on average",
                f"{rate(incident.peak_per_minute)} in the worst minute",
                f"{rate(incident.baseline_per_minute)} is usual",
            ],
        ),
        ("Hosts", _names(incident.hosts)),
        ("Routes", _names(incident.routes)),
    ]


def _callers(incident: Incident) -> list[str]:
    unnamed = [counted(incident.callers, "caller") + " in all"] if incident.callers > incident.customers else []
    return [counted(incident.customers, "customer"), *unnamed]


def _names(names: tuple[str, ...]) -> list[str]:
    if not names:
        return ["not logged"]
    more = [f"and {len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
    return [*names[:_MOST_NAMES], *more]
