"""Build the Plotly figure of live errors: bars by code over the usual range. Codes are log text, escaped for Plotly.

The figure is built from plain dictionaries in one step: Plotly's own graph objects would take a second.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import plotly.graph_objects as go

from pixeldesk.catalogue.wording import counted
from pixeldesk.incidents.incident import Incident
from pixeldesk.pages.live_errors.overlays import COLUMN_AXIS, LAST_IN_THE_LEGEND, Part, overlays, plotly_time
from pixeldesk.pages.live_errors.view import Measure
from pixeldesk.pages.widgets.code_colour import code_colour
from pixeldesk.pages.widgets.safe_text import escape
from pixeldesk.pages.widgets.time_format import range_text
from pixeldesk.trends.error_series import ErrorSeries
from pixeldesk.trends.live_errors import LiveErrors
from pixeldesk.trends.time_range import TimeRange
from pixeldesk.trends.usual import Band

_BARS_PX, _LANE_PX, _LEGEND_PX = 330, 22, 76
_ERRORS, _OTHERS, _OURS_WITHOUT_CODE = "#d6423d", "#9fb0cc", "#8f3a36"
_USUAL_FILL, _HATCH, _CLEAR = "rgba(122, 134, 160, 0.20)", "rgba(255, 255, 255, 0.7)", "rgba(0, 0, 0, 0)"
_MOST_CODES_IN_A_HOVER = 8


def error_figure(
    live: LiveErrors, measure: Measure, incidents: Sequence[Incident], drill: TimeRange | None
) -> go.Figure:
    """Return the figure: bars of a measure, usual range, incidents, deploys, hours without logs and drill-down."""
    over = overlays(live, incidents, drill)
    layout = {
        **_layout(live.series, measure, len(over.lanes)),
        "shapes": over.shapes,
        "annotations": over.annotations,
    }
    traces = [*_usual(live, measure), *_bars(live, measure), _columns(live), *over.lanes]
    # Validation by Plotly is slow; the tests do it.
    return go.Figure(data=traces, layout=layout, _validate=False)


def _bars(live: LiveErrors, measure: Measure) -> Iterable[Part]:
    hatches = ["/" if live.is_partial(index) else "" for index in range(len(live.series.buckets))]
    pattern = {"shape": hatches, "fillmode": "overlay", "fgcolor": _HATCH, "size": 6, "solidity": 0.4}
    for name, colour, heights in _stack(live.series, measure):
        yield {
            **_along(live.series),
            "y": list(heights),
            "name": escape(name),
            "marker": {"color": colour, "line": {"width": 0}, "pattern": pattern},
            "hoverinfo": "skip",
        }


def _stack(series: ErrorSeries, measure: Measure) -> Iterable[tuple[str, str, Iterable[float]]]:
    """Yield the name, colour and heights of each stacked series, from the bottom up."""
    if measure == "requests":
        both = zip(series.requests, series.errors, strict=True)
        yield "errors", _ERRORS, series.errors
        yield "other requests", _OTHERS, [requests - errors for requests, errors in both]
        return
    for code in series.codes:
        heights = code.counts if measure == "errors" else series.shares(code)
        yield code.name, _colour(code.name, code.is_ours), heights


def _columns(live: LiveErrors) -> Part:
    """Return a clear column per bucket, as high as the chart, so that empty buckets can be hovered and clicked."""
    indexes = range(len(live.series.buckets))
    return {
        **_along(live.series),
        "y": [1 for _ in indexes],
        "yaxis": COLUMN_AXIS,
        "marker": {"color": _CLEAR, "line": {"width": 0}},
        "showlegend": False,
        "name": "",
        "hovertext": [_hover_text(live, index) for index in indexes],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _hover_text(live: LiveErrors, index: int) -> str:
    series = live.series
    errors, requests = series.errors[index], series.requests[index]
    share = f" ({errors / requests:.1%})" if requests else ""
    codes = sorted(((code.counts[index], code.name) for code in series.codes if code.counts[index]), reverse=True)
    lines = [
        f"{range_text(series.part_at(index))} UTC",
        f"{counted(errors, 'error')} in {counted(requests, 'request')}{share}",
        *(f"{count:,} × {escape(name)}" for count, name in codes[:_MOST_CODES_IN_A_HOVER]),
        *(["only a part of this time is counted"] if live.is_partial(index) else []),
    ]
    return "<br>".join(lines)


def _usual(live: LiveErrors, measure: Measure) -> Iterable[Part]:
    bands = {"errors": live.usual.errors, "requests": live.usual.requests, "rate": live.usual.rates}[measure]
    for number, (times, low, high) in enumerate(_outlines(live.series, bands)):
        yield {
            "type": "scatter",
            "x": [*times, *reversed(times)],
            "y": [*low, *reversed(high)],
            "fill": "toself",
            "fillcolor": _USUAL_FILL,
            "line": {"width": 0},
            "mode": "lines",
            "zorder": -1,
            "name": "usual",
            "legendgroup": "usual",
            "legendrank": LAST_IN_THE_LEGEND,
            "showlegend": number == 0,
            "hoverinfo": "skip",
        }


def _outlines(
    series: ErrorSeries, bands: Sequence[Band | None]
) -> Iterable[tuple[list[str], list[float], list[float]]]:
    """Yield times, lower edge and upper edge of each run of buckets with a band, with two points per bucket."""
    times: list[str] = []
    low: list[float] = []
    high: list[float] = []
    for index, band in enumerate([*bands, None]):
        if band:
            bucket = series.bucket_at(index)
            times += [plotly_time(bucket.start), plotly_time(bucket.end)]
            low += [band.low] * 2
            high += [band.high] * 2
        elif times:
            yield times, low, high
            times, low, high = [], [], []


def _layout(series: ErrorSeries, measure: Measure, lanes: int) -> Part:
    height = _BARS_PX + _LANE_PX * lanes
    top = 1 - _LANE_PX * lanes / height
    shown = [plotly_time(series.buckets[0]), plotly_time(series.buckets[-1] + series.range.width)]
    return {
        "barmode": "stack",
        "bargap": 0.08,
        "height": height + _LEGEND_PX,
        "margin": {"l": 0, "r": 0, "t": 4, "b": 0},
        "hovermode": "closest",
        "dragmode": "select",
        "selectdirection": "h",
        "legend": {"orientation": "h", "y": -0.12, "x": 0, "traceorder": "normal", "maxheight": _LEGEND_PX},
        "showlegend": True,
        "xaxis": {"type": "date", "range": shown, "fixedrange": True, "showgrid": False},
        "yaxis": {
            "domain": [0, top],
            "fixedrange": True,
            "rangemode": "tozero",
            "tickformat": ".1~%" if measure == "rate" else ",",
        },
        "yaxis2": {"domain": [top, 1], "range": [0, max(lanes, 1)], "visible": False, "fixedrange": True},
        "yaxis3": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
    }


def _along(series: ErrorSeries) -> Part:
    """Return what places bars on the time axis: each from the start of its bucket to its end."""
    width = series.range.width / timedelta(milliseconds=1)
    return {"type": "bar", "x0": plotly_time(series.buckets[0]), "dx": width, "width": width, "offset": 0}


def _colour(name: str, is_ours: bool) -> str:
    return _OURS_WITHOUT_CODE if is_ours and name.startswith("no code") else code_colour(name)
