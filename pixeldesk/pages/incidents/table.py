"""The table of incidents: sortable, each row a way to its page, all of it to be had as a file."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.incidents.incident import Incident
from pixeldesk.incidents.times import minutes_lasted, minutes_to_detect
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.pages.widgets.incident_link import open_incident
from pixeldesk.spreadsheet import as_csv

_KEY = "open_incident"
_ROW_PX, _HEAD_PX, _MOST_ROWS = 28, 34, 18
_TIME = "D MMM YYYY, HH:mm"
_STATES = {"going on": "red", "over": "green", "learning": "gray"}
_EXPORTED = (
    "id", "code", "environment", "started_at", "detected_at", "ended_at", "last_seen", "requests", "customers",
    "callers", "peak_per_minute", "rate_per_minute", "baseline_per_minute", "hosts", "routes", "is_learning",
    "differs", "examples",
)  # fmt: skip
_LISTS = ("hosts", "routes", "examples")


def show_incidents(incidents: Sequence[Incident]) -> None:
    """One row an incident. A click on a heading sorts."""
    codes = sorted({one.code for one in incidents})
    st.dataframe(
        _table(incidents),
        key="incidents",
        height=_HEAD_PX + _ROW_PX * min(len(incidents), _MOST_ROWS),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt="Incidents, one row each, newest first",
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=60, type="tertiary", key=_KEY, on_click=_open, args=([one.id for one in incidents],)
            ),
            "code": st.column_config.MultiselectColumn(
                "Error code", width=156, options=codes, color=[code_colour(code) for code in codes]
            ),
            "state": st.column_config.MultiselectColumn(
                "State", width=136, options=list(_STATES), color=list(_STATES.values())
            ),
            "environment": st.column_config.TextColumn("Environment", width=92),
            "started": st.column_config.DatetimeColumn("Began (UTC)", width=128, format=_TIME, timezone="UTC"),
            "lasted": st.column_config.NumberColumn("Lasted", width=72, format="%d min"),
            "detected": st.column_config.NumberColumn("Detected after", width=100, format="%d min"),
            "requests": st.column_config.NumberColumn("Requests", width=76, format="localized"),
            "customers": st.column_config.NumberColumn("Customers", width=84, format="localized"),
            "peak": st.column_config.NumberColumn("Peak a minute", width=100, format="localized"),
            "usual": st.column_config.NumberColumn("Usual a minute", width=104, format="%.3f"),
            "hosts": st.column_config.TextColumn("Hosts", width=150),
        },
    )


def offer_incidents(incidents: Sequence[Incident]) -> None:
    """A button that saves the same rows, with all that is known of each."""
    st.download_button(
        "Export as CSV",
        data=lambda: as_csv([_exported(one) for one in incidents], _EXPORTED),
        file_name="incidents.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _table(incidents: Sequence[Incident]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "open": ["Open" for _ in incidents],
            "code": [[one.code] for one in incidents],
            "state": [_state(one) for one in incidents],
            "environment": [one.environment for one in incidents],
            "started": [one.started_at for one in incidents],
            "lasted": [minutes_lasted(one) for one in incidents],
            "detected": [minutes_to_detect(one) for one in incidents],
            "requests": [one.requests for one in incidents],
            "customers": [one.customers for one in incidents],
            "peak": [one.peak_per_minute for one in incidents],
            "usual": [one.baseline_per_minute for one in incidents],
            "hosts": [", ".join(one.hosts) for one in incidents],
        }
    )


def _state(incident: Incident) -> list[str]:
    return ["going on" if incident.is_open else "over", *(["learning"] if incident.is_learning else [])]


def _exported(incident: Incident) -> dict[str, Any]:
    told = incident.as_json()
    return {**told, **{name: ", ".join(told[name]) for name in _LISTS}, "differs": " ".join(told["differs"])}


def _open(ids: Sequence[str]) -> None:
    open_incident(ids[st.session_state[_KEY].row])
