"""Mark incidents, deploys, hours without logs and the drill-down on the chart of live errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.widgets.safe_text import escape
from pixeldesk.trends.live_errors import LiveErrors
from pixeldesk.trends.time_range import TimeRange

LAST_IN_THE_LEGEND = 2000
"""The legend rank of everything that is not an error code."""

COLUMN_AXIS = "y3"
"""The axis from 0 to 1 over the height of the bars."""

_LANE_AXIS = "y2"
_INCIDENT, _DEPLOY, _DRILL = "#d6423d", "#7a86a0", "#2f6be0"
_NO_LOGS_FILL, _INCIDENT_FILL, _CLEAR = "rgba(122, 134, 160, 0.16)", "rgba(214, 66, 61, 0.10)", "rgba(0, 0, 0, 0)"
# The least share of the chart's width for a label to fit.
_NARROWEST_LABELLED = 0.08

Part = dict[str, Any]
"""A trace, a shape or an annotation, as a dictionary that Plotly accepts."""


@dataclass(frozen=True)
class Overlays:
    """What is drawn over the bars. `lanes` are traces in lines above the bars, from the top down."""

    lanes: list[Part]
    shapes: list[Part]
    annotations: list[Part]


def overlays(live: LiveErrors, incidents: Sequence[Incident], drill: TimeRange | None) -> Overlays:
    """Return all overlays. Codes, hosts and releases are log text, escaped for Plotly."""
    newest = live.logged.newest
    lanes = [
        *([_incident_lane(incidents, newest)] if incidents else []),
        *([_deploy_lane(live)] if live.deploys else []),
    ]
    for index, lane in enumerate(lanes):
        lane["y"] = [len(lanes) - index - 0.5] * len(lane["x"])
    return Overlays(
        lanes,
        shapes=[
            *(_span(gap.start, gap.end, _NO_LOGS_FILL) for gap in live.missing),
            *(_span(incident.started_at, incident.ended_at or newest, _INCIDENT_FILL) for incident in incidents),
            *(_line(deploy.at) for deploy in live.deploys),
            *([_span(drill.start, drill.end, _CLEAR, outline=_DRILL)] if drill else []),
        ],
        annotations=[
            _no_logs(gap) for gap in live.missing if gap.length >= _NARROWEST_LABELLED * live.series.range.length
        ],
    )


def plotly_time(time: datetime) -> str:
    """Return a time in UTC as Plotly reads it. Plotly shows it unchanged."""
    return time.isoformat(sep=" ")


def _incident_lane(incidents: Sequence[Incident], newest: datetime) -> Part:
    times: list[str | None] = []
    hover_texts: list[str] = []
    for incident in incidents:
        until = f"{incident.ended_at:%-d %b %H:%M} UTC" if incident.ended_at else "now"
        # Plotly breaks the line at None, between two incidents.
        times += [plotly_time(incident.started_at), plotly_time(incident.ended_at or newest), None]
        hover_texts += [f"Incident {escape(incident.code)}<br>{incident.started_at:%-d %b %H:%M} to {until}"] * 3
    return {
        **_lane("incidents", hover_texts),
        "x": times,
        "mode": "lines+markers",
        "line": {"color": _INCIDENT, "width": 4},
        "marker": {"color": _INCIDENT, "size": 7},
    }


def _deploy_lane(live: LiveErrors) -> Part:
    hover_texts = [
        f"Release {escape(deploy.release)} began to answer<br>{deploy.at:%a %-d %b %H:%M} UTC, "
        + escape(", ".join(host or "host not logged" for host in deploy.hosts))
        for deploy in live.deploys
    ]
    return {
        **_lane("deploys", hover_texts),
        "x": [plotly_time(deploy.at) for deploy in live.deploys],
        "mode": "markers",
        "marker": {"color": _DEPLOY, "size": 9, "symbol": "triangle-down"},
    }


def _lane(name: str, hover_texts: Sequence[str]) -> Part:
    return {
        "type": "scatter",
        "name": name,
        "yaxis": _LANE_AXIS,
        "hovertext": hover_texts,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "legendrank": LAST_IN_THE_LEGEND,
    }


def _line(at: datetime) -> Part:
    return {
        "type": "line",
        "x0": plotly_time(at),
        "x1": plotly_time(at),
        "yref": COLUMN_AXIS,
        "y0": 0,
        "y1": 1,
        "line": {"color": _DEPLOY, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _span(start: datetime, end: datetime, fill: str, outline: str | None = None) -> Part:
    return {
        "type": "rect",
        "x0": plotly_time(start),
        "x1": plotly_time(end),
        "yref": COLUMN_AXIS,
        "y0": 0,
        "y1": 1,
        "fillcolor": fill,
        "line": {"color": outline, "width": 2} if outline else {"width": 0},
        "layer": "above" if outline else "below",
    }


def _no_logs(gap: TimeRange) -> Part:
    return {
        "text": "no logs",
        "x": plotly_time(gap.start + gap.length / 2),
        "yref": COLUMN_AXIS,
        "y": 0.5,
        "showarrow": False,
        "font": {"size": 12},
    }
