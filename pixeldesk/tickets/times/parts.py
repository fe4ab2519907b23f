"""Define the parts of a time in a text: days, times of day, parts of a day, zones, spans."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass(frozen=True)
class Day:
    """A day: one of several readings (year, month, day), a number of days from now, or a weekday.

    A year may be None, a month 0, if the text does not say it.
    """

    dates: tuple[tuple[int | None, int, int], ...] = ()
    relative: int | None = None
    weekday: int | None = None
    is_weak: bool = False


@dataclass(frozen=True)
class Clock:
    """A time of day: seconds since midnight, how exact it is written (seconds), and whether it may be 12 h later."""

    seconds: float
    exact_to: int
    may_be_afternoon: bool = False
    is_weak: bool = False
    is_american: bool = False


@dataclass(frozen=True)
class Hours:
    """A part of a day, in hours since midnight."""

    first: int
    last: int


@dataclass(frozen=True)
class Zone:
    """A zone."""

    zone: tzinfo


@dataclass(frozen=True)
class Ago:
    """A time that lies so many seconds back; `lasts`: and has lasted since."""

    seconds: float
    unit: int
    lasts: bool


@dataclass(frozen=True)
class Week:
    """Several days, as `weeks` of the word list describes them."""

    kind: str


@dataclass(frozen=True)
class Instant:
    """A point in time with its zone, such as a Unix time."""

    moment: datetime
    exact_to: int


Meaning = Day | Clock | Hours | Zone | Ago | Week | Instant


@dataclass(frozen=True)
class Part:
    """A part of a time, and where it stands in the text."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]


Reader = Callable[[re.Match[str]], tuple[Meaning, ...]]
"""Reads what a match of a pattern means; nothing if it is no time after all."""
Written = tuple[str, Reader]
"""A way to write a part of a time: a pattern over folded text, and its reader."""
