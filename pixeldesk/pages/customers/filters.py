"""Ask which diagnoses Customers shows. Each choice is in the address, so that a link shows the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pixeldesk.diagnosis.case_file import cases
from pixeldesk.diagnosis.diagnosis import Diagnosis, Status
from pixeldesk.pages.widgets.bound_filters import ask_span, ask_value

_STATUSES: dict[str, Status | None] = {"Active": "active", "Recovered": "recovered", "All": None}


@dataclass(frozen=True)
class Filters:
    """The chosen filters. None and () choose all; `span` is a name of SPANS, or another for the whole logs."""

    cases: tuple[str, ...]
    status: Status | None
    environment: str | None
    span: str


def ask_filters(diagnoses: Sequence[Diagnosis]) -> Filters:
    """Show the filters in a row. The address holds their options, so a renamed option breaks old links."""
    names = {case.title: case.name for case in cases()}
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        status = st.segmented_control(
            "Status", list(_STATUSES), default="Active", required=True, key="status", bind="query-params"
        )
        span = ask_span("Failed within the last")
        environments = (diagnosis.environment for diagnosis in diagnoses)
        environment = ask_value("Environment", "environment", environments, width=180)
        titles = st.multiselect("Case", sorted(names), key="case", bind="query-params", placeholder="All cases")
    return Filters(
        cases=tuple(names[title] for title in titles),
        status=_STATUSES[status],
        environment=environment,
        span=span,
    )
