"""Show the chart of live errors, choose its measure, and drill down into a bucket or a span of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.live_errors.chart_clicks import allow_clicks
from pixeldesk.pages.live_errors.figure import error_figure
from pixeldesk.pages.live_errors.view import Measure, View, go_to
from pixeldesk.pages.widgets.time_format import range_text
from pixeldesk.pages.widgets.widget_value import set_value
from pixeldesk.queries.values import parse_time
from pixeldesk.trends.live_errors import LiveErrors
from pixeldesk.trends.span_errors import worst_buckets
from pixeldesk.trends.time_range import TimeRange, ceiling, floor

_MEASURE, _BUCKET, _CHART = "errors_measure", "errors_bucket", "errors_chart"
_MEASURES: dict[str, Measure] = {"Errors": "errors", "Requests": "requests", "Error rate": "rate"}
_MOST_BUCKETS = 12


def ask_measure(view: View) -> None:
    """Ask what the bars count: errors, requests, or the error rate."""
    names = {measure: name for name, measure in _MEASURES.items()}
    set_value(_MEASURE, names[view.measure])
    st.segmented_control("Show", list(_MEASURES), key=_MEASURE, required=True, on_change=_choose_measure, args=(view,))


def ask_bucket(view: View, live: LiveErrors) -> None:
    """Offer the buckets with most errors: the same as a click into the chart, for those who cannot click there."""
    buckets = {range_text(bucket): bucket for bucket, _ in worst_buckets(live.series, _MOST_BUCKETS)}
    errors = {range_text(bucket): count for bucket, count in worst_buckets(live.series)}
    chosen = range_text(view.drill) if view.drill else None
    options = list(dict.fromkeys([*buckets, *([chosen] if chosen else [])]))
    set_value(_BUCKET, chosen)
    st.selectbox(
        "Look into",
        options,
        index=None,
        key=_BUCKET,
        placeholder="Click or drag on the chart, or choose",
        format_func=lambda text: f"{text}, {counted(errors[text], 'error')}" if text in errors else text,
        width=330,
        on_change=_choose_bucket,
        args=(view, buckets),
        help="What failed in one bucket or a span. The buckets with most errors can be chosen here too. UTC",
    )


def show_chart(view: View, live: LiveErrors, incidents: Sequence[Incident]) -> None:
    """Show the bars. A click on a bar drills down into it, and a drag into the buckets that it covers."""
    series = live.series
    st.plotly_chart(
        error_figure(live, view.measure, incidents, view.drill),
        key=_CHART,
        on_select=lambda: _choose_selected(view),
        selection_mode=("points", "box"),
        config={"displayModeBar": False},
        alt=(
            f"{counted(sum(series.errors), 'error')} in {counted(sum(series.requests), 'request')} by code,"
            f" {series.range.start:%-d %b %Y %H:%M} to {series.range.end:%-d %b %Y %H:%M} UTC"
        ),
    )
    allow_clicks(_CHART)


def selected_span(selection: Any, within: TimeRange) -> TimeRange | None:
    """Return the whole buckets that a click or a drag on the chart covers, or None if it covers none.

    `selection` is Streamlit's state of the chart, `within` the range that the chart shows.
    """
    times: list[datetime] = []
    for box in selection.get("box", []):
        times += [parse_time(str(edge)) for edge in box["x"]]
    times = times or [parse_time(str(point["x"])) for point in selection.get("points", [])]
    if not times:
        return None
    # A click gives a single time: the start of its bucket.
    first = floor(min(times), within.width)
    past = max(ceiling(max(times), within.width), first + within.width)
    return TimeRange(first, past).overlap(within)


def _choose_measure(view: View) -> None:
    go_to(replace(view, measure=_MEASURES[st.session_state[_MEASURE]]))


def _choose_bucket(view: View, buckets: dict[str, TimeRange]) -> None:
    text = st.session_state[_BUCKET]
    bucket = buckets.get(text) if text else None
    go_to(replace(view, drill=bucket))


def _choose_selected(view: View) -> None:
    span = selected_span(st.session_state[_CHART].selection, view.range)
    # Plotly drops its selection whenever the figure changes: an empty selection is no choice of the visitor.
    if span:
        go_to(replace(view, drill=span))
