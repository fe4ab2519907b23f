"""The part of the page of live errors that follows the newest record: tiles and chart."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import PixeldeskError
from pixeldesk.incidents.cache import within
from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.live_errors.chart import ask_bucket, ask_measure, show_chart
from pixeldesk.pages.live_errors.live_toggle import ask_live
from pixeldesk.pages.live_errors.notes import show_incident_links, show_notes
from pixeldesk.pages.live_errors.tiles import show_tiles
from pixeldesk.pages.live_errors.view import View
from pixeldesk.pages.widgets.freshness import show_store_error
from pixeldesk.trends.logged_time import LoggedTime
from pixeldesk.trends.time_range import LENGTHS, last

_EVERY_S = 5


def show_live_part(desk: Desk, view: View, logged: LoggedTime) -> None:
    """Drawn once, or while it is live again every few seconds, and nothing else of the page with it.

    It is drawn again too until the incidents are known, which may take a while after a start.
    """
    incidents = desk.known_incidents()
    with st.container(key="live_part"):
        if view.live or incidents is None:
            st.fragment(_show_again, run_every=_EVERY_S)(desk, view, st.query_params.to_dict())
        else:
            _show(desk, view, logged, incidents)


def _show_again(desk: Desk, view: View, address: dict[str, str]) -> None:
    if st.query_params.to_dict() != address:
        # Another view was chosen in this part: the rest of the page is to show it too.
        st.rerun()
    try:
        logged, incidents = desk.logged_time(), desk.known_incidents()
        if logged is None:
            return
        if view.live:
            _show(desk, replace(view, range=last(LENGTHS[view.live], logged.newest)), logged, incidents)
            st.caption(_seen(logged))
        elif incidents is None:
            _show(desk, view, logged, incidents)
        else:
            st.rerun()
    except PixeldeskError as error:
        show_store_error(error)


def _show(desk: Desk, view: View, logged: LoggedTime, incidents: list[Incident] | None) -> None:
    live = desk.live_errors(view.range, view.chosen, logged)
    environment = view.chosen.environment
    of_the_range = within(incidents or [], view.range.start, view.range.end)
    shown = [one for one in of_the_range if environment in (None, one.environment)]
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


def _seen(logged: LoggedTime) -> str:
    return (
        f"Newest record {logged.newest:%-d %b %H:%M:%S}, looked at {datetime.now(UTC):%H:%M:%S} UTC,"
        f" every {_EVERY_S} seconds."
    )
