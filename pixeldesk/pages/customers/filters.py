"""Which diagnoses the customers page shows. Each choice is in the address, so that a link shows the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pixeldesk.diagnosis.case_file import cases
from pixeldesk.diagnosis.diagnose import Diagnosis
from pixeldesk.diagnosis.overview import SPANS

_STATUSES = {"Active": "active", "Recovered": "recovered", "All": None}
_WHOLE, _EVERYWHERE = "Whole logs", "All"


@dataclass(frozen=True)
class Filters:
    """What was chosen; None and () choose all. `span` is a name of SPANS, or another for the whole logs."""

    cases: tuple[str, ...]
    status: str | None
    environment: str | None
    span: str


def ask_filters(diagnoses: Sequence[Diagnosis]) -> Filters:
    """The row of filters. The address holds what they show, so the words here are those of the links."""
    titles = {one.title: one.name for one in cases()}
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        status = st.segmented_control(
            "Status", list(_STATUSES), default="Active", required=True, key="status", bind="query-params"
        )
        span = st.segmented_control(
            "Failed within the last",
            [*SPANS, _WHOLE],
            default=_WHOLE,
            required=True,
            key="time",
            bind="query-params",
            help="Counting back from the newest record, not from now",
        )
        environment = st.selectbox(
            "Environment", [_EVERYWHERE, *_environments(diagnoses)], key="environment", bind="query-params", width=180
        )
        chosen = st.multiselect("Case", sorted(titles), key="case", bind="query-params", placeholder="All cases")
    return Filters(
        cases=tuple(titles[title] for title in chosen),
        status=_STATUSES[status],
        environment=None if environment == _EVERYWHERE else environment,
        span=span,
    )


def _environments(diagnoses: Sequence[Diagnosis]) -> list[str]:
    return sorted({one["environment"] for one in diagnoses if one["environment"]} - {_EVERYWHERE})
