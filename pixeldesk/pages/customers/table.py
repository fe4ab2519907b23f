"""The table of who fails and why: sortable, each row a way to its customer, all of it to be had as a file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.diagnosis.mark_journal import Mark
from pixeldesk.diagnosis.overview import caller_of
from pixeldesk.pages.widgets.customer_link import open_subject
from pixeldesk.spreadsheet import as_csv

_KEY = "open_customer"
_ROW_PX, _HEAD_PX, _MOST_ROWS = 28, 34, 18
_TIME = "D MMM, HH:mm"
_EXPORTED = (
    "customer_id", "key_prefix", "client_ip", "website_id", "case", "title", "status", "environment",
    "failing_requests", "confidence", "first_seen", "last_seen", "mark", "request_ids", "fix",
)  # fmt: skip


def show_customers(diagnoses: Sequence[Diagnosis], marks: Mapping[str, Mark]) -> None:
    """One row a diagnosis. A click on a heading sorts."""
    st.dataframe(
        _table(diagnoses, marks),
        key="customers",
        height=_HEAD_PX + _ROW_PX * min(len(diagnoses), _MOST_ROWS),
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        alt="Who is failing and why, one row a diagnosis",
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=60, type="tertiary", key=_KEY, on_click=_open, args=(list(diagnoses),)
            ),
            "who": st.column_config.TextColumn("Customer, key or address", width=190),
            "case": st.column_config.TextColumn("Case", width=230),
            "status": st.column_config.MultiselectColumn(
                "Status", width=92, options=["active", "recovered"], color=["red", "green"]
            ),
            "environment": st.column_config.TextColumn("Environment", width=104),
            "requests": st.column_config.NumberColumn("Requests", width=80, format="localized"),
            "confidence": st.column_config.NumberColumn("Confidence", width=88, format="percent"),
            "first": st.column_config.DatetimeColumn("First seen (UTC)", width=120, format=_TIME, timezone="UTC"),
            "last": st.column_config.DatetimeColumn("Last seen (UTC)", width=120, format=_TIME, timezone="UTC"),
            "mark": st.column_config.TextColumn("Marked", width=72),
        },
    )


def offer_export(diagnoses: Sequence[Diagnosis], marks: Mapping[str, Mark]) -> None:
    """A button that saves the same rows, with the ids that show them."""
    st.download_button(
        "Export as CSV",
        data=lambda: as_csv([_exported(one, marks) for one in diagnoses], _EXPORTED),
        file_name="customers.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _table(diagnoses: Sequence[Diagnosis], marks: Mapping[str, Mark]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "open": ["Open" for _ in diagnoses],
            "who": [caller_of(one) for one in diagnoses],
            "case": [one["title"] for one in diagnoses],
            "status": [[one["status"]] for one in diagnoses],
            "environment": [one["environment"] for one in diagnoses],
            "requests": [one["failing_requests"] for one in diagnoses],
            "confidence": [one["confidence"] for one in diagnoses],
            "first": [datetime.fromisoformat(one["first_seen"]) for one in diagnoses],
            "last": [datetime.fromisoformat(one["last_seen"]) for one in diagnoses],
            "mark": [_verdict(one, marks) for one in diagnoses],
        }
    )


def _exported(diagnosis: Diagnosis, marks: Mapping[str, Mark]) -> dict[str, Any]:
    return {**diagnosis, "mark": _verdict(diagnosis, marks), "request_ids": " ".join(diagnosis["evidence"])}


def _verdict(diagnosis: Diagnosis, marks: Mapping[str, Mark]) -> str | None:
    mark = marks.get(diagnosis["id"])
    return mark.verdict if mark else None


def _open(diagnoses: Sequence[Diagnosis]) -> None:
    open_subject(diagnoses[st.session_state[_KEY].row])
