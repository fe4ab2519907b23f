"""Drill down into a bucket or a span of the chart: its codes, customers, examples, and what differs."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.desk.desk import Desk
from pixeldesk.pages.live_errors.callers import show_callers
from pixeldesk.pages.live_errors.examples import show_examples
from pixeldesk.pages.live_errors.view import View, go_to
from pixeldesk.pages.widgets.compact_table import show_table
from pixeldesk.pages.widgets.differences_table import show_differences
from pixeldesk.pages.widgets.time_format import range_text
from pixeldesk.trends.differences import Failing
from pixeldesk.trends.span_errors import SpanErrors
from pixeldesk.trends.time_range import DAY, TimeRange

_LONGEST_TO_COMPARE = DAY
_MOST_CODES = 8


def show_drill(desk: Desk, view: View, span: TimeRange) -> None:
    """Show the numbers of a span, requests of it to open, and what differs about the failing ones."""
    found = desk.span_errors(span, view.chosen)
    _show_head(view, span, found)
    if not sum(found.series.errors):
        st.caption("No request failed like that in this time.")
        return
    left, right = st.columns([3, 5], gap="medium")
    with left:
        _show_codes(found)
        show_callers(found)
    with right:
        show_examples(found)
    st.markdown("**What is different about them**")
    if span.length > _LONGEST_TO_COMPARE:
        st.caption("Choose a day or less to see what is different about the failing requests.")
        return
    with st.skeleton(height=180):
        differences = desk.what_differs(_failing(view, span))
    show_differences(differences)


def _show_head(view: View, span: TimeRange, found: SpanErrors) -> None:
    errors, requests = sum(found.series.errors), sum(found.series.requests)
    share = f" ({errors / requests:.1%})" if requests else ""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.subheader(
            f"{range_text(span)} UTC: {counted(errors, 'error')} in {counted(requests, 'request')}{share}",
            anchor=False,
            width="content",
        )
        st.button("Close", icon=":material/close:", type="tertiary", on_click=go_to, args=(replace(view, drill=None),))


def _show_codes(found: SpanErrors) -> None:
    errors = sum(found.series.errors)
    codes = sorted(found.series.codes, key=lambda code: -code.total)
    st.markdown("**Error codes**")
    show_table(
        pd.DataFrame(
            {
                "code": [code.name for code in codes],
                "errors": [code.total for code in codes],
                "share": [code.total / errors for code in codes],
            }
        ),
        key="drill_codes",
        alt="Errors of this time by code",
        most_rows=_MOST_CODES,
        columns={
            "code": st.column_config.TextColumn("Error code", width=200),
            "errors": st.column_config.NumberColumn("Errors", width=70, format="localized"),
            "share": st.column_config.ProgressColumn("Share", width=110, format="percent", min_value=0, max_value=1),
        },
    )


def _failing(view: View, span: TimeRange) -> Failing:
    chosen = view.chosen
    return Failing(
        start=span.start,
        end=span.end,
        environment=chosen.environment,
        error_code=chosen.error_code,
        route=chosen.route,
        host=chosen.host,
        customer_id=chosen.customer_id,
        server_errors_only=chosen.server_errors_only,
    )
