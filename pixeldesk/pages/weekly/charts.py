"""Chart a weekly review: the error rate week by week, and by code and route beside the rate of the week before."""

from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pixeldesk.pages.widgets.safe_text import escape
from pixeldesk.weekly.cells import interval, mark, percent, shortened
from pixeldesk.weekly.rates import Rate
from pixeldesk.weekly.review import WeekOfMany

_WEEKS_PX, _BAR_PX, _AROUND_BARS_PX = 250, 24, 46
_MOST_BARS, _LONGEST_LABEL = 15, 30
_BLUE, _PALE_BLUE, _ORANGE, _GREY = "#4a78e0", "#a9c0f2", "#c2620a", "#77839a"


def show_weeks(weeks: Sequence[WeekOfMany]) -> None:
    """Show the error rate of each week with its interval; partial weeks are pale."""
    st.markdown("**Error rate week by week**")
    st.plotly_chart(
        weeks_figure(weeks),
        key="weekly_weeks",
        config={"displayModeBar": False},
        alt="Error rate of each week with its 95% interval; the table of the weeks holds the figures",
    )


def show_bars(rates: Sequence[Rate], title: str, key: str, colour: Callable[[str], str] = lambda _: _BLUE) -> None:
    """Show the rates of codes or routes, each with its interval and a tick at the rate of the week before."""
    st.markdown(f"**Error rate {title[0].lower()}{title[1:]}**")
    shown = [rate for rate in rates if rate.rate is not None][:_MOST_BARS]
    if not shown:
        st.caption("None.")
        return
    st.plotly_chart(
        bars_figure(shown, colour),
        key=key,
        config={"displayModeBar": False},
        alt=f"{title}: error rate with its 95% interval and that of the week before; the table holds the figures",
    )


def weeks_figure(weeks: Sequence[WeekOfMany]) -> go.Figure:
    """Return a figure with one bar per week."""
    shown = [week for week in weeks if week.rate is not None]
    percentages = [100 * (week.rate or 0.0) for week in shown]
    figure = go.Figure(
        go.Bar(
            x=[str(week.logged.week) for week in shown],
            y=percentages,
            error_y=_interval(shown),
            marker={"color": [_PALE_BLUE if week.logged.is_partial else _BLUE for week in shown]},
            hovertext=[
                f"{week.logged.week}: {percent(week.rate)} ({interval((week.low, week.high))})<br>{week.errors:,} of"
                f" {week.requests:,} requests{', partial' if week.logged.is_partial else ''}"
                for week in shown
            ],
            hoverinfo="text",
        )
    )
    for week, percentage in zip(shown, percentages, strict=True):
        top = max(percentage, 100 * week.high)
        figure.add_annotation(x=str(week.logged.week), y=top, text=percent(week.rate), **_ABOVE)
    figure.update_layout(
        height=_WEEKS_PX,
        margin={"l": 0, "r": 0, "t": 20, "b": 0},
        bargap=0.55,
        xaxis={"type": "category", "fixedrange": True},
        yaxis={"ticksuffix": "%", "rangemode": "tozero", "fixedrange": True},
    )
    return figure


def bars_figure(rates: Sequence[Rate], colour: Callable[[str], str]) -> go.Figure:
    """Return a figure with one horizontal bar per rate, the first on top. Names are log text, escaped for Plotly."""
    rows = list(range(len(rates)))
    figure = go.Figure(
        go.Bar(
            x=[100 * (rate.rate or 0.0) for rate in rates],
            y=rows,
            orientation="h",
            error_x=_interval(rates),
            marker={"color": [colour(rate.name) for rate in rates]},
            name="this week",
            hovertext=[_hover_text(rate) for rate in rates],
            hoverinfo="text",
            showlegend=False,
        )
    )
    figure.add_trace(_week_before(rates))
    for row, rate in enumerate(rates):
        text = f"{percent(rate.rate)} {mark(rate.from_week_before)}".rstrip()
        figure.add_annotation(x=_right_end(rate), y=row, text=text, **_BESIDE)
    figure.update_layout(
        height=_BAR_PX * len(rates) + _AROUND_BARS_PX,
        margin={"l": 0, "r": 64, "t": 0, "b": 0},
        bargap=0.35,
        hovermode="closest",
        showlegend=True,
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0},
        xaxis={"visible": False, "rangemode": "tozero", "fixedrange": True},
        yaxis={
            "range": [len(rates) - 0.5, -0.5],
            "tickvals": rows,
            "ticktext": [escape(shortened(rate.name, _LONGEST_LABEL)) for rate in rates],
            "fixedrange": True,
            "automargin": True,
        },
    )
    return figure


_ABOVE: dict[str, Any] = {"showarrow": False, "yanchor": "bottom", "yshift": 2}
_BESIDE: dict[str, Any] = {"showarrow": False, "xanchor": "left", "xshift": 6}


def _week_before(rates: Sequence[Rate]) -> go.Scatter:
    compared = [(row, rate.from_week_before) for row, rate in enumerate(rates) if rate.from_week_before]
    return go.Scatter(
        x=[100 * difference.rate for _, difference in compared],
        y=[row for row, _ in compared],
        mode="markers",
        marker={"symbol": "line-ns", "size": 17, "line": {"width": 3, "color": _ORANGE}},
        name="the week before",
        hovertext=[f"the week before: {percent(difference.rate)}" for _, difference in compared],
        hoverinfo="text",
    )


def _interval(rates: Sequence[Rate | WeekOfMany]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [100 * (rate.high - (rate.rate or 0.0)) for rate in rates],
        "arrayminus": [100 * ((rate.rate or 0.0) - rate.low) for rate in rates],
        "color": _GREY,
        "thickness": 1.4,
        "width": 4,
    }


def _right_end(rate: Rate) -> float:
    before = rate.from_week_before.rate if rate.from_week_before else 0.0
    return 100 * max(rate.high, before)


def _hover_text(rate: Rate) -> str:
    return (
        f"{escape(rate.name)}: {percent(rate.rate)} ({interval((rate.low, rate.high))})<br>{rate.errors:,} of"
        f" {rate.requests:,} requests"
    )
