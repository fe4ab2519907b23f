"""Explain what counts as an incident, and where the logs hold too little to say that there was none."""

from collections.abc import Sequence

import streamlit as st

from pixeldesk.incidents.rules import (
    FEWEST_CALLERS,
    FEWEST_FAILURES,
    HISTORY_AROUND,
    HISTORY_DAYS,
    LEARNING_DAYS,
    QUIET_MINUTES,
    WINDOWS,
)
from pixeldesk.incidents.times import is_learning
from pixeldesk.pages.widgets.safe_text import show_text
from pixeldesk.trends.coverage import Coverage


def show_doubts(coverage: Coverage, quiet: Sequence[str]) -> None:
    """Say whether the history is too short, and where there is not enough traffic to judge. `quiet` is log text."""
    if coverage.oldest and coverage.newest and is_learning(coverage.oldest, coverage.newest):
        st.caption(
            f"Learning: the logs cover less than {LEARNING_DAYS} days, so what is usual is not known well yet,"
            " and a small incident may be missed."
        )
    if quiet:
        show_text("\n".join(quiet))


def show_rule() -> None:
    """Show the rule in words, with the numbers of `pixeldesk.incidents.rules`."""
    with st.expander("What counts as an incident"):
        st.markdown(
            f"- **What is looked at:** requests answered with 5xx, every error code by itself and all together, in each"
            " environment. Callers who failed before it began are not counted.\n"
            f"- **What is usual:** the share that failed at the same time of day, {HISTORY_AROUND} minutes more or"
            f" less, in the {HISTORY_DAYS} days before.\n"
            f"- **It opens** when at least {FEWEST_FAILURES} requests of at least {FEWEST_CALLERS} callers failed"
            f" within {_windows()}, and chance alone would hardly do so.\n"
            f"- **It ends** with its last failure, once {QUIET_MINUTES} minutes have gone by and the requests since"
            " fail no more than usual.\n"
            f"- **Learning** means that less than {LEARNING_DAYS} days came before it: what was usual was not known"
            " well, so look twice."
        )


def _windows() -> str:
    *first, last = [f"{window.minutes} minutes ({window.lift:g} times the usual)" for window in WINDOWS]
    return f"{', '.join(first)} or {last}"
