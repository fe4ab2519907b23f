"""Chart the failures of an incident by host, from an hour before it to an hour after it."""

from datetime import datetime, timedelta

import plotly.graph_objects as go
import streamlit as st

from pixeldesk.incidents.around import Around, HostFailures
from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.pages.widgets.incident_text import duration, rate
from pixeldesk.pages.widgets.safe_text import escape
from pixeldesk.trends.time_range import MINUTE

_HEIGHT_PX = 310
_MILLISECOND = timedelta(milliseconds=1)
# The colour stands for the error code on every page, so hosts differ in its opacity.
_OPACITIES = (1.0, 0.72, 0.5, 0.34, 0.22, 0.14)
_QUIET = "#8792a6"
# Each label has a height of its own, as a share of the plot, so that labels of close times do not overlap.
_LABEL_HEIGHTS = {"began": 1.0, "detected": 1.07, "ended": 1.14}


def show_chart(incident: Incident, around: Around) -> None:
    """Show stacked bars with the times when the incident began, was detected and ended, and the usual rate."""
    width = around.time.width
    bucket = "" if width == MINUTE else f", in steps of {duration(width // MINUTE)}"
    st.markdown(f"**Failed requests a minute, UTC** :gray[by host{bucket}]")
    st.plotly_chart(
        _figure(incident, around),
        key="incident_chart",
        config={"displayModeBar": False},
        alt=(
            f"Failed requests a minute by host, {around.time.start:%-d %b %Y %H:%M} to"
            f" {around.time.end:%-d %b %Y %H:%M} UTC: {rate(incident.peak_per_minute)} in the worst minute,"
            f" {rate(incident.baseline_per_minute)} are usual"
        ),
    )


def _figure(incident: Incident, around: Around) -> go.Figure:
    figure = go.Figure()
    for opacity, host in zip(_OPACITIES, around.hosts, strict=False):
        figure.add_trace(_bars(host, around.time.width, code_colour(incident.code), opacity))
    figure.add_trace(_usual(incident, around))
    for name, time in _labelled_times(incident).items():
        _add_label(figure, name, time)
    figure.update_layout(
        barmode="stack",
        bargap=0,
        height=_HEIGHT_PX,
        margin={"l": 0, "r": 0, "t": 48, "b": 0},
        hovermode="closest",
        legend={"orientation": "h", "y": -0.26, "x": 0, "traceorder": "normal"},
        xaxis={
            "type": "date",
            "range": [around.time.start, around.time.end],
            "hoverformat": "%a %d %b %H:%M",
            "fixedrange": True,
        },
        yaxis={"fixedrange": True, "rangemode": "tozero"},
        showlegend=True,
    )
    return figure


def _bars(host: HostFailures, width: timedelta, colour: str, opacity: float) -> go.Bar:
    # Plotly renders HTML tags in names and hover texts, and a host is log text.
    name = "other hosts" if host.is_rest else escape(host.host or "host not logged")
    return go.Bar(
        x=list(host.buckets),
        y=list(host.per_minute),
        width=width // _MILLISECOND,
        offset=0,
        name=name,
        marker={"color": _rgba(colour, opacity), "line": {"width": 0}},
        hovertemplate=f"%{{x}} UTC<br>%{{y:.3~g}} a minute, {name}<extra></extra>",
    )


def _rgba(colour: str, opacity: float) -> str:
    """Return a colour such as #d6423d with an opacity from 0 to 1, as CSS."""
    return f"rgba({', '.join(str(octet) for octet in bytes.fromhex(colour.removeprefix('#')))}, {opacity})"


def _usual(incident: Incident, around: Around) -> go.Scatter:
    return go.Scatter(
        x=[around.time.start, around.time.end],
        y=[incident.baseline_per_minute] * 2,
        mode="lines",
        line={"color": _QUIET, "width": 1.5, "dash": "dash"},
        name=f"usual: {rate(incident.baseline_per_minute)} a minute",
        hoverinfo="skip",
    )


def _labelled_times(incident: Incident) -> dict[str, datetime]:
    ended = {"ended": incident.ended_at} if incident.ended_at else {}
    return {"began": incident.started_at, "detected": incident.detected_at, **ended}


def _add_label(figure: go.Figure, name: str, time: datetime) -> None:
    figure.add_shape(
        type="line",
        x0=time,
        x1=time,
        yref="paper",
        y0=0,
        y1=_LABEL_HEIGHTS[name],
        line={"color": _QUIET, "width": 1, "dash": "dot"},
    )
    figure.add_annotation(
        text=f"{name} {time:%H:%M}",
        x=time,
        xanchor="right" if name == "began" else "left",
        xshift=-2 if name == "began" else 2,
        yref="paper",
        y=_LABEL_HEIGHTS[name],
        yanchor="bottom",
        showarrow=False,
        font={"size": 12},
    )
