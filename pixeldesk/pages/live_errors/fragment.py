"""Show the part of Live errors that follows the newest record: tiles and chart, in a Streamlit fragment."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.selection import within
from pixeldesk.pages.live_errors.chart import ask_bucket, ask_measure, show_chart
from pixeldesk.pages.live_errors.live_toggle import ask_live
from pixeldesk.pages.live_errors.notes import show_incident_links, show_notes
from pixeldesk.pages.live_errors.tiles import show_tiles
from pixeldesk.pages.live_errors.view import View, view_has_changed
from pixeldesk.pages.widgets.freshness import show_store_error
from pixeldesk.trends.logged_time import LoggedTime
from pixeldesk.trends.time_range import LENGTHS, last

_REFRESH_S = 5


def show_live_fragment(desk: Desk, view: View, logged: LoggedTime) -> None:
    """Show tiles and chart; while the view is live, refresh them every few seconds without the rest of the page.

    They are also refreshed until the incidents are known, which may take a while after a start.
    """
    view_has_changed()  # This run shows the view that was chosen.
    incidents = desk.known_incidents()
    with st.container(key="live_fragment"):
        if view.live or incidents is None:
            st.fragment(_refresh, run_every=_REFRESH_S)(desk, view)
        else:
            _show(desk, view, logged, incidents)


def _refresh(desk: Desk, view: View) -> None:
    if view_has_changed():
        # The visitor chose another view in this fragment: rerun the whole page to show it.
        st.rerun()
    try:
        logged, incidents = desk.logged_time(), desk.known_incidents()
        if logged is None:
            return
        if view.live:
            _show(desk, replace(view, range=last(LENGTHS[view.live], logged.newest)), logged, incidents)
            st.caption(_newest_text(logged))
        elif incidents is None:
            _show(desk, view, logged, incidents)
        else:
            st.rerun()
    except PixeldeskError as error:
        show_store_error(error)


def _show(desk: Desk, view: View, logged: LoggedTime, incidents: list[Incident] | None) -> None:
    live = desk.live_errors(view.range, view.chosen, logged)
    environment = view.chosen.environment
    in_range = within(incidents or [], view.range.start, view.range.end)
    shown = [incident for incident in in_range if environment in (None, incident.environment)]
    show_tiles(live)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        ask_measure(view)
        ask_bucket(view, live)
        ask_live(view, logged.newest)
    show_chart(view, live, shown)
    if incidents is None:
        st.caption("Incidents are still being looked for.")
    show_incident_links(shown)
    show_notes(live)


def _newest_text(logged: LoggedTime) -> str:
    return (
        f"Newest record {logged.newest:%-d %b %H:%M:%S}, looked at {datetime.now(UTC):%H:%M:%S} UTC,"
        f" every {_REFRESH_S} seconds."
    )
