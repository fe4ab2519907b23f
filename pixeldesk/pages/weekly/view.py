"""Read from the address which week to show, and write it there: `/weekly?week=2026-W47&environment=production`.

An address without a week shows the newest week without gaps. Invalid parameters are ignored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from pixeldesk.errors import UsageError
from pixeldesk.pages.widgets.widget_value import set_value
from pixeldesk.printable import visible
from pixeldesk.weekly.logged import Logged
from pixeldesk.weekly.week import Week

_WEEK, _ENVIRONMENT = "weekly_week", "weekly_environment"


@dataclass(frozen=True)
class View:
    """The week and the environment that the page shows. The environment None means all."""

    week: Week
    environment: str | None

    @property
    def address(self) -> dict[str, str]:
        """Return the query parameters of this view."""
        environment = {"environment": self.environment} if self.environment else {}
        return {"week": str(self.week), **environment}


def asked_view(default: Week, weeks: Sequence[Logged], environments: Sequence[str]) -> View:
    """Read the view from the address, with the week `default` if it names no week of the logs."""
    week, environment = _asked_week(), st.query_params.get("environment")
    return View(
        week=week if week in [logged.week for logged in weeks] and week else default,
        environment=environment if environment in environments else None,
    )


def names_its_week() -> bool:
    """Return whether the address names a week."""
    return _asked_week() is not None


def ask_week(view: View, weeks: Sequence[Logged]) -> None:
    """Ask for a week, newest first."""
    labels = {logged.week: _label(logged) for logged in weeks}
    set_value(_WEEK, view.week)
    st.selectbox(
        "Week", list(labels), key=_WEEK, format_func=labels.__getitem__, width=280, on_change=_choose, args=(view,)
    )


def ask_environment(view: View, environments: Sequence[str]) -> None:
    """Ask for an environment."""
    set_value(_ENVIRONMENT, view.environment)
    st.selectbox(
        "Environment",
        list(environments),
        index=None,
        key=_ENVIRONMENT,
        placeholder="All",
        format_func=visible,
        width=180,
        on_change=_choose,
        args=(view,),
    )


def _choose(view: View) -> None:
    chosen = replace(view, week=st.session_state[_WEEK], environment=st.session_state[_ENVIRONMENT])
    st.query_params.from_dict(chosen.address)


def _asked_week() -> Week | None:
    try:
        return Week.parse(st.query_params.get("week", ""))
    except UsageError:
        return None


def _label(logged: Logged) -> str:
    week = logged.week
    partial = ", partial" if logged.is_partial else ""
    return f"{week}: {week.start:%-d %b} to {week.last_day:%-d %b %Y}{partial}"
