"""Whether the page of live errors follows the newest record."""

from dataclasses import replace
from datetime import datetime

import streamlit as st

from pixeldesk.pages.live_errors.view import View, go_to, go_to_time
from pixeldesk.pages.widgets.widget_value import show_value
from pixeldesk.trends.time_range import LENGTHS, last

_LIVE = "errors_live"


def ask_live(view: View, newest: datetime) -> None:
    """On: the range has one of the usual lengths and slides. Off: it stays where it is."""
    show_value(_LIVE, view.live is not None)
    st.toggle(
        "Live",
        key=_LIVE,
        on_change=_choose_live,
        args=(view, newest),
        help="Follow the newest record: the range slides, and what you look into stays",
    )


def _choose_live(view: View, newest: datetime) -> None:
    if not st.session_state[_LIVE]:
        go_to(replace(view, live=None))
        return
    # As long as the range is, or a bit longer.
    name = next((name for name, length in LENGTHS.items() if length >= view.range.length), [*LENGTHS][-1])
    go_to_time(replace(view, live=name), last(LENGTHS[name], newest))
