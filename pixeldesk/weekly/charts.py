"""Compute the charts of the mailed review as coordinates for the template's SVG: no script, no external image.

All lengths are in the SVG's own units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pixeldesk.weekly.cells import mark, percent, shortened
from pixeldesk.weekly.rates import Rate
from pixeldesk.weekly.review import WeekOfMany

WIDTH = 760
_LABEL_WIDTH, _VALUE_WIDTH, _ROW_HEIGHT = 210, 90, 26
_MOST_BARS, _LONGEST_LABEL = 15, 30
_ABOVE, _COLUMN_HEIGHT, _BELOW = 24, 140, 40


@dataclass(frozen=True)
class Bar:
    """A horizontal bar: a rate, its interval and the rate of the week before, as distances from the left edge."""

    label: str
    text: str
    top: int
    end: float
    low: float
    high: float
    before: float | None


@dataclass(frozen=True)
class BarChart:
    """A chart of horizontal bars, which begin at `left`."""

    height: int
    left: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Column:
    """A column: a week's rate and its interval, as distances from the top edge; `middle` is from the left edge."""

    label: str
    text: str
    is_partial: bool
    middle: float
    top: float
    low: float
    high: float


@dataclass(frozen=True)
class ColumnChart:
    """A chart of columns, one a week, which stand on `floor`."""

    height: int
    floor: int
    column_width: float
    columns: tuple[Column, ...]


def bar_chart(rates: Sequence[Rate]) -> BarChart:
    """Chart the first rows of a table that have a rate. The largest value fills the width."""
    shown = [rate for rate in rates if rate.rate is not None][:_MOST_BARS]
    largest = max((max(rate.high, _before(rate) or 0.0) for rate in shown), default=1.0)
    scale = (WIDTH - _LABEL_WIDTH - _VALUE_WIDTH) / largest
    bars = tuple(_bar(rate, row * _ROW_HEIGHT, scale) for row, rate in enumerate(shown))
    return BarChart(len(bars) * _ROW_HEIGHT, _LABEL_WIDTH, bars)


def column_chart(weeks: Sequence[WeekOfMany]) -> ColumnChart:
    """Chart every week that has requests, leaving gaps for the others. The largest value fills the height."""
    largest = max((week.high for week in weeks if week.rate is not None), default=1.0)
    step = WIDTH / len(weeks)
    columns = tuple(
        _column(week, (index + 0.5) * step, _COLUMN_HEIGHT / largest)
        for index, week in enumerate(weeks)
        if week.rate is not None
    )
    return ColumnChart(_ABOVE + _COLUMN_HEIGHT + _BELOW, _ABOVE + _COLUMN_HEIGHT, min(step / 2, 60), columns)


def _bar(rate: Rate, top: int, scale: float) -> Bar:
    before = _before(rate)
    return Bar(
        label=shortened(rate.name, _LONGEST_LABEL),
        text=f"{percent(rate.rate)} {mark(rate.from_week_before)}".rstrip(),
        top=top,
        end=_x(rate.rate or 0.0, scale),
        low=_x(rate.low, scale),
        high=_x(rate.high, scale),
        before=None if before is None else _x(before, scale),
    )


def _column(week: WeekOfMany, middle: float, scale: float) -> Column:
    floor = _ABOVE + _COLUMN_HEIGHT
    return Column(
        label=str(week.logged.week),
        text=percent(week.rate),
        is_partial=week.logged.is_partial,
        middle=round(middle, 1),
        top=round(floor - (week.rate or 0.0) * scale, 1),
        low=round(floor - week.low * scale, 1),
        high=round(floor - week.high * scale, 1),
    )


def _before(rate: Rate) -> float | None:
    return rate.from_week_before.rate if rate.from_week_before else None


def _x(rate: float, scale: float) -> float:
    return round(_LABEL_WIDTH + rate * scale, 1)
