"""Show when a customer's requests failed, with which codes, and which time each diagnosis spans."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from pixeldesk.desk.customer import FailedHour
from pixeldesk.diagnosis.diagnosis import Diagnosis
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.pages.widgets.safe_text import escape

_PLOT_PX, _LANE_PX, _MOST_LANES = 230, 30, 6
_HOUR_MS = 3_600_000
_LANE_COLOUR = {"active": "#d6423d", "recovered": "#4c9a52"}


def show_timeline(hours: Sequence[FailedHour], diagnoses: Sequence[Diagnosis]) -> None:
    """Show failed requests per hour, stacked by code, below one line per diagnosis."""
    if not hours:
        st.caption("No request that names this customer was answered with an error.")
        return
    st.markdown("**Failed requests an hour, UTC**")
    lanes = list(diagnoses)[:_MOST_LANES]
    st.plotly_chart(
        _figure(hours, lanes),
        key="timeline",
        config={"displayModeBar": False},
        alt="Failed requests of this customer an hour, by error code, with the time that each diagnosis spans",
    )


def _figure(hours: Sequence[FailedHour], lanes: Sequence[Diagnosis]) -> go.Figure:
    figure = go.Figure()
    for code in sorted({row.error_code for row in hours}):
        figure.add_trace(_bars(code, [row for row in hours if row.error_code == code]))
    for lane, diagnosis in enumerate(lanes):
        _add_lane(figure, lane, diagnosis)
    height = _PLOT_PX + _LANE_PX * len(lanes)
    figure.update_layout(
        barmode="stack",
        bargap=0.1,
        height=height,
        margin={"l": 0, "r": 0, "t": 4, "b": 0},
        hovermode="closest",
        legend={"orientation": "h", "y": -0.18, "x": 0},
        xaxis={"type": "date", "hoverformat": "%a %d %b %H:%M", "fixedrange": True},
        yaxis={"domain": [0, _PLOT_PX / height], "fixedrange": True, "rangemode": "tozero"},
        yaxis2={
            "domain": [_PLOT_PX / height, 1],
            "range": [len(lanes), 0],
            "visible": False,
            "fixedrange": True,
        },
        showlegend=True,
    )
    return figure


def _bars(code: str, rows: Sequence[FailedHour]) -> go.Bar:
    # Plotly renders HTML tags in names and hover texts, and a code is log text.
    return go.Bar(
        x=[row.hour for row in rows],
        y=[row.requests for row in rows],
        width=_HOUR_MS,
        offset=0,
        name=escape(code),
        marker={"color": code_colour(code), "line": {"width": 0}},
        hovertemplate=f"%{{x}} UTC<br>%{{y}} × {escape(code)}<extra></extra>",
    )


def _add_lane(figure: go.Figure, lane: int, diagnosis: Diagnosis) -> None:
    start, end = diagnosis.first_seen, diagnosis.last_seen
    colour = _LANE_COLOUR[diagnosis.status]
    title = escape(diagnosis.title)
    figure.add_trace(
        go.Scatter(
            x=[start, end],
            y=[lane + 0.78] * 2,
            yaxis="y2",
            mode="lines+markers",
            line={"color": colour, "width": 4},
            marker={"color": colour, "size": 7},
            showlegend=False,
            hovertemplate=f"{title}, {escape(diagnosis.status)}<br>%{{x}} UTC<extra></extra>",
        )
    )
    figure.add_annotation(
        text=f"{title} ({escape(diagnosis.status)})",
        xref="paper",
        x=0,
        xanchor="left",
        yref="y2",
        y=lane + 0.32,
        showarrow=False,
        font={"size": 12},
    )
