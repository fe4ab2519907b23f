"""Show incidents as a sortable table with a CSV export. Each row opens its incident."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.times import minutes_lasted, minutes_to_detect
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.pages.widgets.compact_table import open_column, show_table
from pixeldesk.pages.widgets.csv_button import show_csv_button
from pixeldesk.pages.widgets.incident_link import open_incident

_MOST_ROWS, _OPEN_PX = 18, 60
_TIME_FORMAT = "D MMM YYYY, HH:mm"
_STATES = {"going on": "red", "over": "green", "learning": "gray"}
_EXPORTED = (
    "id", "code", "environment", "started_at", "detected_at", "ended_at", "last_seen", "requests", "customers",
    "callers", "peak_per_minute", "rate_per_minute", "baseline_per_minute", "hosts", "routes", "is_learning",
    "differs", "examples",
)  # fmt: skip
_LISTS = ("hosts", "routes", "examples")


def show_incidents(incidents: Sequence[Incident]) -> None:
    """Show one row per incident. A click on a column's header sorts."""
    codes = sorted({incident.code for incident in incidents})
    show_table(
        _table(incidents),
        key="incidents",
        alt="Incidents, one row each, newest first",
        most_rows=_MOST_ROWS,
        columns={
            "open": open_column("open_incident", [incident.id for incident in incidents], open_incident, _OPEN_PX),
            "code": st.column_config.MultiselectColumn(
                "Error code", width=156, options=codes, color=[code_colour(code) for code in codes]
            ),
            "state": st.column_config.MultiselectColumn(
                "State", width=136, options=list(_STATES), color=list(_STATES.values())
            ),
            "environment": st.column_config.TextColumn("Environment", width=92),
            "started": st.column_config.DatetimeColumn("Began (UTC)", width=128, format=_TIME_FORMAT, timezone="UTC"),
            "lasted": st.column_config.NumberColumn("Lasted", width=72, format="%d min"),
            "detected": st.column_config.NumberColumn("Detected after", width=100, format="%d min"),
            "requests": st.column_config.NumberColumn("Requests", width=76, format="localized"),
            "customers": st.column_config.NumberColumn("Customers", width=84, format="localized"),
            "peak": st.column_config.NumberColumn("Peak a minute", width=100, format="localized"),
            "usual": st.column_config.NumberColumn("Usual a minute", width=104, format="%.3f"),
            "hosts": st.column_config.TextColumn("Hosts", width=150),
        },
    )


def show_export(incidents: Sequence[Incident]) -> None:
    """Show a button that saves the same rows, with more columns."""
    show_csv_button("incidents.csv", lambda: [_exported(incident) for incident in incidents], _EXPORTED)


def _table(incidents: Sequence[Incident]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "open": ["Open" for _ in incidents],
            "code": [[incident.code] for incident in incidents],
            "state": [_state(incident) for incident in incidents],
            "environment": [incident.environment for incident in incidents],
            "started": [incident.started_at for incident in incidents],
            "lasted": [minutes_lasted(incident) for incident in incidents],
            "detected": [minutes_to_detect(incident) for incident in incidents],
            "requests": [incident.requests for incident in incidents],
            "customers": [incident.customers for incident in incidents],
            "peak": [incident.peak_per_minute for incident in incidents],
            "usual": [incident.baseline_per_minute for incident in incidents],
            "hosts": [", ".join(incident.hosts) for incident in incidents],
        }
    )


def _state(incident: Incident) -> list[str]:
    return ["going on" if incident.is_open else "over", *(["learning"] if incident.is_learning else [])]


def _exported(incident: Incident) -> dict[str, Any]:
    fields = incident.as_json()
    lists = {name: ", ".join(fields[name]) for name in _LISTS}
    return {**fields, **lists, "differs": " ".join(fields["differs"])}
