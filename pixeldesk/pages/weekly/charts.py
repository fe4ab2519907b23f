"""The charts of a weekly review: the weeks in a row, and the rates of codes and routes beside those a week before."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pixeldesk.weekly.cells import interval, mark, percent, shortened
from pixeldesk.weekly.rates import Rate
from pixeldesk.weekly.review import WeekOfMany

_WEEKS_PX, _BAR_PX, _AROUND_BARS_PX = 250, 24, 46
_MOST_BARS, _LONGEST_LABEL = 15, 30
_BLUE, _PALE_BLUE, _ORANGE, _GREY = "#4a78e0", "#a9c0f2", "#c2620a", "#77839a"


def show_weeks(weeks: Sequence[WeekOfMany]) -> None:
    """The error rate of each week with its interval; partial weeks are pale."""
    st.markdown("**Error rate week by week**")
    st.plotly_chart(
        weeks_figure(weeks),
        key="weekly_weeks",
        config={"displayModeBar": False},
        alt="Error rate of each week with its 95% interval; the table of the weeks holds the figures",
    )


def show_bars(rates: Sequence[Rate], title: str, key: str, colour: Callable[[str], str] = lambda _: _BLUE) -> None:
    """The rates of codes or routes, each with its interval and a tick at the rate of the week before."""
    st.markdown(f"**Error rate {title[0].lower()}{title[1:]}**")
    shown = [one for one in rates if one.rate is not None][:_MOST_BARS]
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
    """One bar a week."""
    shown = [one for one in weeks if one.rate is not None]
    rates = [100 * (one.rate or 0.0) for one in shown]
    figure = go.Figure(
        go.Bar(
            x=[str(one.logged.week) for one in shown],
            y=rates,
            error_y=_interval(shown),
            marker={"color": [_PALE_BLUE if one.logged.is_partial else _BLUE for one in shown]},
            hovertext=[
                f"{one.logged.week}: {percent(one.rate)} ({interval((one.low, one.high))})<br>{one.errors:,} of"
                f" {one.requests:,} requests{', partial' if one.logged.is_partial else ''}"
                for one in shown
            ],
            hoverinfo="text",
        )
    )
    for one, rate in zip(shown, rates, strict=True):
        figure.add_annotation(x=str(one.logged.week), y=max(rate, 100 * one.high), text=percent(one.rate), **_ABOVE)
    figure.update_layout(
        height=_WEEKS_PX,
        margin={"l": 0, "r": 0, "t": 20, "b": 0},
        bargap=0.55,
        xaxis={"type": "category", "fixedrange": True},
        yaxis={"ticksuffix": "%", "rangemode": "tozero", "fixedrange": True},
    )
    return figure


def bars_figure(rates: Sequence[Rate], colour: Callable[[str], str]) -> go.Figure:
    """One lying bar a row, the first on top. Names come from logs, and Plotly reads tags in them."""
    places = list(range(len(rates)))
    figure = go.Figure(
        go.Bar(
            x=[100 * (one.rate or 0.0) for one in rates],
            y=places,
            orientation="h",
            error_x=_interval(rates),
            marker={"color": [colour(one.name) for one in rates]},
            name="this week",
            hovertext=[_hover(one) for one in rates],
            hoverinfo="text",
            showlegend=False,
        )
    )
    figure.add_trace(_week_before(rates))
    for place, one in enumerate(rates):
        text = f"{percent(one.rate)} {mark(one.from_week_before)}".rstrip()
        figure.add_annotation(x=_farthest(one), y=place, text=text, **_BESIDE)
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
            "tickvals": places,
            "ticktext": [escape(shortened(one.name, _LONGEST_LABEL)) for one in rates],
            "fixedrange": True,
            "automargin": True,
        },
    )
    return figure


_ABOVE: dict[str, Any] = {"showarrow": False, "yanchor": "bottom", "yshift": 2}
_BESIDE: dict[str, Any] = {"showarrow": False, "xanchor": "left", "xshift": 6}


def _week_before(rates: Sequence[Rate]) -> go.Scatter:
    compared = [(place, one.from_week_before) for place, one in enumerate(rates) if one.from_week_before]
    return go.Scatter(
        x=[100 * difference.rate for _, difference in compared],
        y=[place for place, _ in compared],
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
        "array": [100 * (one.high - (one.rate or 0.0)) for one in rates],
        "arrayminus": [100 * ((one.rate or 0.0) - one.low) for one in rates],
        "color": _GREY,
        "thickness": 1.4,
        "width": 4,
    }


def _farthest(one: Rate) -> float:
    before = one.from_week_before.rate if one.from_week_before else 0.0
    return 100 * max(one.high, before)


def _hover(one: Rate) -> str:
    return (
        f"{escape(one.name)}: {percent(one.rate)} ({interval((one.low, one.high))})<br>{one.errors:,} of"
        f" {one.requests:,} requests"
    )
