"""Show which days the logs cover as a calendar, and the missing hours as a list."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pixeldesk.catalogue.wording import counted
from pixeldesk.desk.desk import Desk
from pixeldesk.pages.widgets.compact_table import show_table
from pixeldesk.pages.widgets.safe_text import escape
from pixeldesk.trends.covered_days import CoveredDay, CoveredDays, Gap

_WEEKS = 26
_CELL_PX, _AROUND_PX = 24, 40
_MOST_GAPS, _MOST_GAP_ROWS, _MOST_HOURS = 200, 8, 8
_GAPS_PX = 520
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# The upper edge of each level but the last, as a share of the weekday's median.
_LEVELS = (0.25, 0.6, 1.4, 2.5)
# Translucent, so that they are calm on a light and on a dark background.
_OUTSIDE, _GAP = "rgba(128, 140, 160, 0.10)", "rgba(214, 118, 32, 0.80)"
_BLUES = tuple(f"rgba(74, 120, 224, {strength})" for strength in (0.22, 0.45, 0.68, 0.86, 1))
_COLOURS = (_OUTSIDE, _GAP, *_BLUES)


def show_calendar(desk: Desk) -> None:
    """Show the last weeks as a calendar, and the gaps as a list."""
    covered = desk.covered_days(_WEEKS)
    if covered is None:
        return
    st.markdown("**What the logs cover**")
    st.caption(
        f"One cell a day, the last {_WEEKS} weeks, UTC. Blue: the more requests beside the median of that weekday,"
        " the stronger. Orange: a day without any. A dot: some hours without any."
    )
    gaps = sum(day.is_gap for day in covered.days)
    with st.container(width=820):
        st.plotly_chart(
            calendar_figure(covered),
            key="sources_calendar",
            config={"displayModeBar": False},
            alt=f"Calendar of logged days: {sum(day.requests > 0 for day in covered.days)} days with requests,"
            f" {gaps} without between them; the list below has the missing hours",
        )
    _show_gaps(covered.gaps)


def calendar_figure(covered: CoveredDays) -> go.Figure:
    """Return a heatmap with a column per week, from left to right, and a row per weekday, Monday on top."""
    weeks = [covered.days[start : start + 7] for start in range(0, len(covered.days), 7)]
    rows = range(7)
    steps = len(_COLOURS)
    scale = [(edge / steps, colour) for index, colour in enumerate(_COLOURS) for edge in (index, index + 1)]
    heatmap = {
        "type": "heatmap",
        "x": [f"{week[0].day:%Y-%m-%d}" for week in weeks],
        "y": list(_WEEKDAYS),
        "z": [[_level(week[row]) for week in weeks] for row in rows],
        "text": [["•" if week[row].missing and week[row].requests else "" for week in weeks] for row in rows],
        "texttemplate": "%{text}",
        "hovertext": [[_hover_text(week[row]) for week in weeks] for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "zmin": -0.5,
        "zmax": steps - 0.5,
        "colorscale": scale,
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
    }
    layout = {
        "height": 7 * _CELL_PX + _AROUND_PX,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": {"type": "category", "fixedrange": True, "showgrid": False, **_months(weeks)},
        "yaxis": {"autorange": "reversed", "fixedrange": True, "showgrid": False},
    }
    # Validation by Plotly is slow; the tests do it.
    return go.Figure(data=[heatmap], layout=layout, _validate=False)


def _months(weeks: Sequence[Sequence[CoveredDay]]) -> dict[str, list[str]]:
    """Return the axis ticks: a label at the first week of each month."""
    firsts = [week[0].day for week in weeks]
    ticks = [day for before, day in pairwise(firsts) if before.month != day.month]
    return {"tickvals": [f"{day:%Y-%m-%d}" for day in ticks], "ticktext": [f"{day:%b %Y}" for day in ticks]}


def _level(day: CoveredDay) -> int:
    """Return the index of a day's colour in _COLOURS."""
    if day.relative is None:
        return 0
    return 1 if day.is_gap else 2 + sum(day.relative > edge for edge in _LEVELS)


def _hover_text(day: CoveredDay) -> str:
    count = "outside the time of the logs" if day.relative is None else f"{day.requests:,} requests"
    lines = [f"{day.day:%a %-d %b %Y}", count]
    if day.relative:
        lines.append(f"{day.relative:.0%} of the median {day.day:%A}")
    if day.missing:
        hours = [f"{hour:%H}" for hour in day.missing[:_MOST_HOURS]]
        more = f" and {len(day.missing) - _MOST_HOURS} more" if len(day.missing) > _MOST_HOURS else ""
        lines.append(f"none in the hours {', '.join(hours)}{more} (UTC)")
    return "<br>".join(map(escape, lines))


def _show_gaps(gaps: Sequence[Gap]) -> None:
    if not gaps:
        st.caption("No hour is missing between the first and the last.")
        return
    hours = sum(gap.hours for gap in gaps)
    newest = f"; the newest {_MOST_GAPS} are shown" if len(gaps) > _MOST_GAPS else ""
    st.caption(f"{counted(hours, 'hour')} without a request, in {counted(len(gaps), 'gap')}{newest}.")
    shown = gaps[:_MOST_GAPS]
    show_table(
        pd.DataFrame(
            {
                "from": [gap.start for gap in shown],
                "to": [gap.end for gap in shown],
                "hours": [gap.hours for gap in shown],
            }
        ),
        key="sources_gaps",
        alt="Spans of whole hours without a request in any log",
        most_rows=_MOST_GAP_ROWS,
        width=_GAPS_PX,
        columns={
            "from": st.column_config.DatetimeColumn("From (UTC)", format="D MMM YYYY, HH:mm", timezone="UTC"),
            "to": st.column_config.DatetimeColumn("To (UTC)", format="D MMM YYYY, HH:mm", timezone="UTC"),
            "hours": st.column_config.NumberColumn("Hours", format="localized"),
        },
    )
