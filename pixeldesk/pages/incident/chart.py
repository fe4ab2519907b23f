"""The failures of an incident over time: by host, from an hour before it to an hour after."""

from datetime import datetime, timedelta
from html import escape

import plotly.graph_objects as go
import streamlit as st

from pixeldesk.incidents.around import Around, HostFailures
from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.pages.widgets.incident_text import lasting, rate
from pixeldesk.trends.time_range import MINUTE

_HEIGHT_PX = 310
_MILLISECOND = timedelta(milliseconds=1)
# One colour a code everywhere, so hosts differ in how strong it is.
_STRENGTHS = (1.0, 0.72, 0.5, 0.34, 0.22, 0.14)
_QUIET = "#8792a6"
# Labels of moments that lie close together stand on lines of their own.
_LABEL_LINES = {"began": 1.0, "detected": 1.07, "ended": 1.14}


def show_incident_chart(incident: Incident, around: Around) -> None:
    """Stacked bars under the moments when it began, was detected and ended, and the usual rate."""
    width = around.time.width
    bucket = "" if width == MINUTE else f", in steps of {lasting(width // MINUTE)}"
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
    for strength, host in zip(_STRENGTHS, around.hosts, strict=False):
        figure.add_trace(_bars(host, around.time.width, code_colour(incident.code), strength))
    figure.add_trace(_usual(incident, around))
    for name, moment in _moments(incident).items():
        _add_moment(figure, name, moment)
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


def _bars(host: HostFailures, width: timedelta, colour: str, strength: float) -> go.Bar:
    # Plotly reads tags in names and hovers, and a host is log text.
    name = "other hosts" if host.is_rest else escape(host.host or "host not logged")
    return go.Bar(
        x=list(host.buckets),
        y=list(host.per_minute),
        width=width // _MILLISECOND,
        offset=0,
        name=name,
        marker={"color": _as_strong(colour, strength), "line": {"width": 0}},
        hovertemplate=f"%{{x}} UTC<br>%{{y:.3~g}} a minute, {name}<extra></extra>",
    )


def _as_strong(colour: str, strength: float) -> str:
    """A colour such as #d6423d, let through what is behind it."""
    return f"rgba({', '.join(str(octet) for octet in bytes.fromhex(colour.removeprefix('#')))}, {strength})"


def _usual(incident: Incident, around: Around) -> go.Scatter:
    return go.Scatter(
        x=[around.time.start, around.time.end],
        y=[incident.baseline_per_minute] * 2,
        mode="lines",
        line={"color": _QUIET, "width": 1.5, "dash": "dash"},
        name=f"usual: {rate(incident.baseline_per_minute)} a minute",
        hoverinfo="skip",
    )


def _moments(incident: Incident) -> dict[str, datetime]:
    ended = {"ended": incident.ended_at} if incident.ended_at else {}
    return {"began": incident.started_at, "detected": incident.detected_at, **ended}


def _add_moment(figure: go.Figure, name: str, moment: datetime) -> None:
    figure.add_shape(
        type="line",
        x0=moment,
        x1=moment,
        yref="paper",
        y0=0,
        y1=_LABEL_LINES[name],
        line={"color": _QUIET, "width": 1, "dash": "dot"},
    )
    figure.add_annotation(
        text=f"{name} {moment:%H:%M}",
        x=moment,
        xanchor="right" if name == "began" else "left",
        xshift=-2 if name == "began" else 2,
        yref="paper",
        y=_LABEL_LINES[name],
        yanchor="bottom",
        showarrow=False,
        font={"size": 12},
    )
