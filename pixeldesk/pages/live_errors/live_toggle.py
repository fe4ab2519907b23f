"""Switch whether Live errors follows the newest record."""

from dataclasses import replace
from datetime import datetime

import streamlit as st

from pixeldesk.pages.live_errors.view import View, go_to, go_to_time
from pixeldesk.pages.widgets.widget_value import set_value
from pixeldesk.trends.time_range import LENGTHS, last

_LIVE = "errors_live"


def ask_live(view: View, newest: datetime) -> None:
    """Ask whether the view is live: then its range has a length of LENGTHS and slides; otherwise its range is fixed."""
    set_value(_LIVE, view.live is not None)
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
    # The shortest length that is at least as long as the range.
    name = next((name for name, length in LENGTHS.items() if length >= view.range.length), [*LENGTHS][-1])
    go_to_time(replace(view, live=name), last(LENGTHS[name], newest))
