"""Ask which incidents the list shows. Each choice is in the address, so that a link shows the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.widgets.bound_filters import ALL, ask_span, ask_value

_STATES = {"Going on": True, "Over": False, ALL: None}
_VALUE_PX = 220


@dataclass(frozen=True)
class Filters:
    """The chosen filters. None chooses all; `span` is a name of SPANS, or another for the whole logs."""

    span: str
    is_open: bool | None
    environment: str | None
    code: str | None


def ask_filters(incidents: Sequence[Incident]) -> Filters:
    """Show the filters in a row. The address holds their options, so a renamed option breaks old links."""
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        state = st.segmented_control(
            "State", list(_STATES), default=ALL, required=True, key="state", bind="query-params"
        )
        span = ask_span("Within the last")
        environments = (incident.environment for incident in incidents)
        environment = ask_value("Environment", "environment", environments, _VALUE_PX)
        code = ask_value("Error code", "code", (incident.code for incident in incidents), _VALUE_PX)
    return Filters(span=span, is_open=_STATES[state], environment=environment, code=code)
