"""What is marked on the chart of live errors: incidents, deploys, hours without logs, and what is looked into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from pixeldesk.incidents.incident import Incident
from pixeldesk.trends.live_errors import LiveErrors
from pixeldesk.trends.time_range import TimeRange

LAST_IN_THE_LEGEND = 2000
"""The legend's rank of what is not an error code."""

COLUMN_AXIS = "y3"
"""The axis that goes from 0 to 1 over the height of the bars."""

_LANE_AXIS = "y2"
_INCIDENT, _DEPLOY, _LOOKED_INTO = "#d6423d", "#7a86a0", "#2f6be0"
_NO_LOGS_FILL, _INCIDENT_FILL, _CLEAR = "rgba(122, 134, 160, 0.16)", "rgba(214, 66, 61, 0.10)", "rgba(0, 0, 0, 0)"
# Of the chart's width: narrower ones have no room for words.
_WIDE_ENOUGH_FOR_WORDS = 0.08

Part = dict[str, Any]
"""A trace, a shape or an annotation as Plotly takes it."""


@dataclass(frozen=True)
class Marks:
    """`lanes` are lines of marks above the bars, from the top down."""

    lanes: list[Part]
    shapes: list[Part]
    annotations: list[Part]


def marks(live: LiveErrors, incidents: Sequence[Incident], drill: TimeRange | None) -> Marks:
    """All of them. Codes, hosts and releases are log text, which is escaped for Plotly."""
    newest = live.logged.newest
    lanes = [
        *([_incident_lane(incidents, newest)] if incidents else []),
        *([_deploy_lane(live)] if live.deploys else []),
    ]
    for place, lane in enumerate(lanes):
        lane["y"] = [len(lanes) - place - 0.5] * len(lane["x"])
    return Marks(
        lanes,
        shapes=[
            *(_span(part.start, part.end, _NO_LOGS_FILL) for part in live.missing),
            *(_span(one.started_at, one.ended_at or newest, _INCIDENT_FILL) for one in incidents),
            *(_line(one.at) for one in live.deploys),
            *([_span(drill.start, drill.end, _CLEAR, outline=_LOOKED_INTO)] if drill else []),
        ],
        annotations=[
            _no_logs(part) for part in live.missing if part.length >= _WIDE_ENOUGH_FOR_WORDS * live.series.range.length
        ],
    )


def as_sent(moment: datetime) -> str:
    """A time as Plotly reads it, which shows it as it is sent: in UTC."""
    return moment.isoformat(sep=" ")


def _incident_lane(incidents: Sequence[Incident], newest: datetime) -> Part:
    times: list[str | None] = []
    told: list[str] = []
    for one in incidents:
        until = f"{one.ended_at:%-d %b %H:%M} UTC" if one.ended_at else "now"
        # The None parts it from the next.
        times += [as_sent(one.started_at), as_sent(one.ended_at or newest), None]
        told += [f"Incident {escape(one.code)}<br>{one.started_at:%-d %b %H:%M} to {until}"] * 3
    return {
        **_lane("incidents", told),
        "x": times,
        "mode": "lines+markers",
        "line": {"color": _INCIDENT, "width": 4},
        "marker": {"color": _INCIDENT, "size": 7},
    }


def _deploy_lane(live: LiveErrors) -> Part:
    told = [
        f"Release {escape(one.release)} began to answer<br>{one.at:%a %-d %b %H:%M} UTC, "
        + escape(", ".join(host or "host not logged" for host in one.hosts))
        for one in live.deploys
    ]
    return {
        **_lane("deploys", told),
        "x": [as_sent(one.at) for one in live.deploys],
        "mode": "markers",
        "marker": {"color": _DEPLOY, "size": 9, "symbol": "triangle-down"},
    }


def _lane(name: str, told: Sequence[str]) -> Part:
    return {
        "type": "scatter",
        "name": name,
        "yaxis": _LANE_AXIS,
        "hovertext": told,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "legendrank": LAST_IN_THE_LEGEND,
    }


def _line(at: datetime) -> Part:
    return {
        "type": "line",
        "x0": as_sent(at),
        "x1": as_sent(at),
        "yref": COLUMN_AXIS,
        "y0": 0,
        "y1": 1,
        "line": {"color": _DEPLOY, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _span(start: datetime, end: datetime, fill: str, outline: str | None = None) -> Part:
    return {
        "type": "rect",
        "x0": as_sent(start),
        "x1": as_sent(end),
        "yref": COLUMN_AXIS,
        "y0": 0,
        "y1": 1,
        "fillcolor": fill,
        "line": {"color": outline, "width": 2} if outline else {"width": 0},
        "layer": "above" if outline else "below",
    }


def _no_logs(part: TimeRange) -> Part:
    return {
        "text": "no logs",
        "x": as_sent(part.start + part.length / 2),
        "yref": COLUMN_AXIS,
        "y": 0.5,
        "showarrow": False,
        "font": {"size": 12},
    }
