"""The chart of live errors on its page: which measure it shows, and how a bucket of it is looked into."""

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
from pixeldesk.pages.widgets.span_words import span_words
from pixeldesk.pages.widgets.widget_value import show_value
from pixeldesk.queries.values import parse_time
from pixeldesk.trends.live_errors import LiveErrors
from pixeldesk.trends.span_errors import worst_buckets
from pixeldesk.trends.time_range import TimeRange, ceiling, floor

_MEASURE, _BUCKET, _CHART = "errors_measure", "errors_bucket", "errors_chart"
_MEASURES: dict[str, Measure] = {"Errors": "errors", "Requests": "requests", "Error rate": "rate"}
_MOST_BUCKETS = 12


def ask_measure(view: View) -> None:
    """What the bars count."""
    names = {measure: name for name, measure in _MEASURES.items()}
    show_value(_MEASURE, names[view.measure])
    st.segmented_control("Show", list(_MEASURES), key=_MEASURE, required=True, on_change=_choose_measure, args=(view,))


def ask_bucket(view: View, live: LiveErrors) -> None:
    """The worst buckets to choose from: the same as a click, for whoever cannot click into a chart."""
    buckets = {span_words(bucket): bucket for bucket, _ in worst_buckets(live.series, _MOST_BUCKETS)}
    errors = {span_words(bucket): count for bucket, count in worst_buckets(live.series)}
    chosen = span_words(view.drill) if view.drill else None
    options = list(dict.fromkeys([*buckets, *([chosen] if chosen else [])]))
    show_value(_BUCKET, chosen)
    st.selectbox(
        "Look into",
        options,
        index=None,
        key=_BUCKET,
        placeholder="Click or drag on the chart, or choose",
        format_func=lambda words: f"{words}, {counted(errors[words], 'error')}" if words in errors else words,
        width=330,
        on_change=_choose_bucket,
        args=(view, buckets),
        help="What failed in one bucket or a span. The buckets with most errors can be chosen here too. UTC",
    )


def show_chart(view: View, live: LiveErrors, incidents: Sequence[Incident]) -> None:
    """The bars. A click on one looks into it, a drag into the buckets it covers."""
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
    """The whole buckets that a click or a drag on the chart meets; None for what meets none."""
    times: list[datetime] = []
    for box in selection.get("box", []):
        times += [parse_time(str(end)) for end in box["x"]]
    times = times or [parse_time(str(point["x"])) for point in selection.get("points", [])]
    if not times:
        return None
    # A click gives one time only, and a bucket begins with it.
    first = floor(min(times), within.width)
    past = max(ceiling(max(times), within.width), first + within.width)
    return TimeRange(first, past).overlap(within)


def _choose_measure(view: View) -> None:
    go_to(replace(view, measure=_MEASURES[st.session_state[_MEASURE]]))


def _choose_bucket(view: View, buckets: dict[str, TimeRange]) -> None:
    words = st.session_state[_BUCKET]
    bucket = buckets.get(words) if words else None
    go_to(replace(view, drill=bucket))


def _choose_selected(view: View) -> None:
    span = selected_span(st.session_state[_CHART].selection, view.range)
    # Plotly forgets its selection whenever the figure changes: an empty one says nothing.
    if span:
        go_to(replace(view, drill=span))
