"""The charts of the mailed review as places on a drawing, for a template to draw: no script, no picture from outside.

All lengths are in the drawing's own units.
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
    """One rate, lying, its interval, and where it was the week before: each counted from the drawing's left edge."""

    label: str
    text: str
    top: int
    end: float
    low: float
    high: float
    before: float | None


@dataclass(frozen=True)
class BarChart:
    """Rates under each other; the bars begin at `left`."""

    height: int
    left: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Column:
    """One week's rate, standing, and its interval: each counted from the drawing's top; `middle` from its left."""

    label: str
    text: str
    is_partial: bool
    middle: float
    top: float
    low: float
    high: float


@dataclass(frozen=True)
class ColumnChart:
    """Weeks beside each other; the columns stand on `floor`."""

    height: int
    floor: int
    column_width: float
    columns: tuple[Column, ...]


def bar_chart(rates: Sequence[Rate]) -> BarChart:
    """The first rows of a table of rates, as far as there were requests. The longest fills the width."""
    shown = [one for one in rates if one.rate is not None][:_MOST_BARS]
    longest = max((max(one.high, _before(one) or 0.0) for one in shown), default=1.0)
    scale = (WIDTH - _LABEL_WIDTH - _VALUE_WIDTH) / longest
    bars = tuple(_bar(one, place * _ROW_HEIGHT, scale) for place, one in enumerate(shown))
    return BarChart(len(bars) * _ROW_HEIGHT, _LABEL_WIDTH, bars)


def column_chart(weeks: Sequence[WeekOfMany]) -> ColumnChart:
    """Every week that has requests, at its place among all. The highest fills the height."""
    highest = max((one.high for one in weeks if one.rate is not None), default=1.0)
    step = WIDTH / len(weeks)
    columns = tuple(
        _column(one, (place + 0.5) * step, _COLUMN_HEIGHT / highest)
        for place, one in enumerate(weeks)
        if one.rate is not None
    )
    return ColumnChart(_ABOVE + _COLUMN_HEIGHT + _BELOW, _ABOVE + _COLUMN_HEIGHT, min(step / 2, 60), columns)


def _bar(one: Rate, top: int, scale: float) -> Bar:
    before = _before(one)
    return Bar(
        label=shortened(one.name, _LONGEST_LABEL),
        text=f"{percent(one.rate)} {mark(one.from_week_before)}".rstrip(),
        top=top,
        end=_along(one.rate or 0.0, scale),
        low=_along(one.low, scale),
        high=_along(one.high, scale),
        before=None if before is None else _along(before, scale),
    )


def _column(one: WeekOfMany, middle: float, scale: float) -> Column:
    floor = _ABOVE + _COLUMN_HEIGHT
    return Column(
        label=str(one.logged.week),
        text=percent(one.rate),
        is_partial=one.logged.is_partial,
        middle=round(middle, 1),
        top=round(floor - (one.rate or 0.0) * scale, 1),
        low=round(floor - one.low * scale, 1),
        high=round(floor - one.high * scale, 1),
    )


def _before(one: Rate) -> float | None:
    return one.from_week_before.rate if one.from_week_before else None


def _along(rate: float, scale: float) -> float:
    return round(_LABEL_WIDTH + rate * scale, 1)
