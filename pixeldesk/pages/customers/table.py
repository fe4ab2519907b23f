"""Show whose requests fail and why as a sortable table with a CSV export. Each row opens its customer."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.diagnosis.mark_journal import Mark
from pixeldesk.diagnosis.overview import caller_of
from pixeldesk.pages.widgets.compact_table import open_column, show_table
from pixeldesk.pages.widgets.csv_button import show_csv_button
from pixeldesk.pages.widgets.customer_link import open_subject
from pixeldesk.pages.widgets.time_format import parsed

_MOST_ROWS, _OPEN_PX = 18, 60
_TIME_FORMAT = "D MMM, HH:mm"
_EXPORTED = (
    "customer_id", "key_prefix", "client_ip", "website_id", "case", "title", "status", "environment",
    "failing_requests", "confidence", "first_seen", "last_seen", "mark", "request_ids", "fix",
)  # fmt: skip


def show_customers(diagnoses: Sequence[Diagnosis], marks: Mapping[str, Mark]) -> None:
    """Show one row per diagnosis. A click on a column's header sorts."""
    show_table(
        _table(diagnoses, marks),
        key="customers",
        alt="Who is failing and why, one row a diagnosis",
        most_rows=_MOST_ROWS,
        columns={
            "open": open_column("open_customer", diagnoses, open_subject, _OPEN_PX),
            "who": st.column_config.TextColumn("Customer, key or address", width=190),
            "case": st.column_config.TextColumn("Case", width=230),
            "status": st.column_config.MultiselectColumn(
                "Status", width=92, options=["active", "recovered"], color=["red", "green"]
            ),
            "environment": st.column_config.TextColumn("Environment", width=104),
            "requests": st.column_config.NumberColumn("Requests", width=80, format="localized"),
            "confidence": st.column_config.NumberColumn("Confidence", width=88, format="percent"),
            "first": st.column_config.DatetimeColumn(
                "First seen (UTC)", width=120, format=_TIME_FORMAT, timezone="UTC"
            ),
            "last": st.column_config.DatetimeColumn("Last seen (UTC)", width=120, format=_TIME_FORMAT, timezone="UTC"),
            "mark": st.column_config.TextColumn("Marked", width=72),
        },
    )


def show_export(diagnoses: Sequence[Diagnosis], marks: Mapping[str, Mark]) -> None:
    """Show a button that saves the same rows, each with the ids of the requests that show it."""
    show_csv_button("customers.csv", lambda: [_exported(diagnosis, marks) for diagnosis in diagnoses], _EXPORTED)


def _table(diagnoses: Sequence[Diagnosis], marks: Mapping[str, Mark]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "open": ["Open" for _ in diagnoses],
            "who": [caller_of(diagnosis) for diagnosis in diagnoses],
            "case": [diagnosis.title for diagnosis in diagnoses],
            "status": [[diagnosis.status] for diagnosis in diagnoses],
            "environment": [diagnosis.environment for diagnosis in diagnoses],
            "requests": [diagnosis.failing_requests for diagnosis in diagnoses],
            "confidence": [diagnosis.confidence for diagnosis in diagnoses],
            "first": [parsed(diagnosis.first_seen) for diagnosis in diagnoses],
            "last": [parsed(diagnosis.last_seen) for diagnosis in diagnoses],
            "mark": [_verdict(diagnosis, marks) for diagnosis in diagnoses],
        }
    )


def _exported(diagnosis: Diagnosis, marks: Mapping[str, Mark]) -> dict[str, Any]:
    row = diagnosis.as_json()
    return {**row, "mark": _verdict(diagnosis, marks), "request_ids": " ".join(diagnosis.evidence)}


def _verdict(diagnosis: Diagnosis, marks: Mapping[str, Mark]) -> str | None:
    mark = marks.get(diagnosis.id)
    return mark.verdict if mark else None
