"""Which week the weekly review shows, as its address says: `/weekly?week=2026-W47&environment=production`.

An address without a week shows the newest one without gaps. What makes no sense in an address is as if it were not
there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from pixeldesk.errors import UsageError
from pixeldesk.pages.widgets.widget_value import show_value
from pixeldesk.weekly.logged import Logged
from pixeldesk.weekly.week import Week

_WEEK, _ENVIRONMENT = "weekly_week", "weekly_environment"


@dataclass(frozen=True)
class View:
    """The week shown, and the environment; None for all of them."""

    week: Week
    environment: str | None

    @property
    def address(self) -> dict[str, str]:
        """The parameters that say it."""
        environment = {"environment": self.environment} if self.environment else {}
        return {"week": str(self.week), **environment}


def asked_view(usual: Week, weeks: Sequence[Logged], environments: Sequence[str]) -> View:
    """What the address asks for; `usual` where it asks for no week of the logs."""
    week, environment = _asked_week(), st.query_params.get("environment")
    return View(
        week=week if week in [one.week for one in weeks] and week else usual,
        environment=environment if environment in environments else None,
    )


def says_its_week() -> bool:
    """Whether the address names a week."""
    return _asked_week() is not None


def ask_week(view: View, weeks: Sequence[Logged]) -> None:
    """The picker of weeks, newest first."""
    named = {one.week: _label(one) for one in weeks}
    show_value(_WEEK, view.week)
    st.selectbox(
        "Week", list(named), key=_WEEK, format_func=lambda week: named[week], width=280, on_change=_choose, args=(view,)
    )


def ask_environment(view: View, environments: Sequence[str]) -> None:
    """The picker of environments."""
    show_value(_ENVIRONMENT, view.environment)
    st.selectbox(
        "Environment",
        list(environments),
        index=None,
        key=_ENVIRONMENT,
        placeholder="All",
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
