"""Which incidents the page shows. Each choice is in the address, so that a link shows the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pixeldesk.diagnosis.overview import SPANS
from pixeldesk.incidents.incident import Incident

_STATES = {"Going on": True, "Over": False, "All": None}
_WHOLE, _ANY = "Whole logs", "All"


@dataclass(frozen=True)
class IncidentFilters:
    """What was chosen; None chooses all. `span` is a name of SPANS, or another for the whole logs."""

    span: str
    is_open: bool | None
    environment: str | None
    code: str | None


def ask_incident_filters(incidents: Sequence[Incident]) -> IncidentFilters:
    """The row of filters. The address holds what they show, so the words here are those of the links."""
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        state = st.segmented_control(
            "State", list(_STATES), default=_ANY, required=True, key="state", bind="query-params"
        )
        span = st.segmented_control(
            "Within the last",
            [*SPANS, _WHOLE],
            default=_WHOLE,
            required=True,
            key="time",
            bind="query-params",
            help="Counting back from the newest record, not from now",
        )
        environment = _one_of("Environment", "environment", {one.environment for one in incidents})
        code = _one_of("Error code", "code", {one.code for one in incidents})
    return IncidentFilters(span=span, is_open=_STATES[state], environment=environment, code=code)


def _one_of(label: str, key: str, values: set[str | None]) -> str | None:
    names = sorted({one for one in values if one} - {_ANY})
    choice = st.selectbox(label, [_ANY, *names], key=key, bind="query-params", width=220)
    return None if choice == _ANY else choice
