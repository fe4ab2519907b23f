"""Show what stands below the chart of live errors: links to its incidents, its totals, and how to read it."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.widgets.incident_link import incident_link
from pixeldesk.pages.widgets.safe_text import code_label
from pixeldesk.trends.live_errors import LiveErrors
from pixeldesk.trends.time_range import DAY, HOUR, MINUTE
from pixeldesk.trends.usual import FEWEST_DAYS

_MOST_LINKS = 6


def show_incident_links(incidents: Sequence[Incident]) -> None:
    """Show a link to each incident of the range, up to six, and to the list if there are more."""
    if not incidents:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Incidents**", width="content")
        for incident in incidents[:_MOST_LINKS]:
            until = f"{incident.ended_at:%H:%M}" if incident.ended_at else "now"
            incident_link(incident.id, f"{code_label(incident.code)} {incident.started_at:%-d %b %H:%M} to {until}")
        if len(incidents) > _MOST_LINKS:
            more = len(incidents) - _MOST_LINKS
            st.page_link("incidents/page.py", label=f"and {more} more", icon=":material/arrow_forward:", help="")


def show_notes(live: LiveErrors) -> None:
    """Show how many errors there are, what counts as an error, and what the grey areas mean."""
    series = live.series
    errors, requests = sum(series.errors), sum(series.requests)
    share = f" ({errors / requests:.2%})" if requests else ""
    notes = [
        f"{counted(errors, 'error')} in {counted(requests, 'request')}{share}: answers with status 400 or above.",
        f"A bar is {_width_text(series.range.width)}, in UTC.",
        _usual(live),
    ]
    if any(live.is_partial(index) for index in range(len(series.buckets))):
        notes.append("Hatched: only a part of the time is counted.")
    if live.missing:
        notes.append("Grey over the whole height: no server logged anything.")
    st.caption(" ".join(notes))


def _usual(live: LiveErrors) -> str:
    if not any(live.usual.errors):
        return f"What is usual cannot be said: fewer than {FEWEST_DAYS} days before are in the logs."
    return "Grey behind the bars: usual, the 10th to 90th percentile of that time of day over the 14 days before."


def _width_text(width: timedelta) -> str:
    unit, name = next(pair for pair in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")) if width >= pair[0])
    return counted(width // unit, name)
