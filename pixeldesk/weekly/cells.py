"""Define the kinds of table cells in a review: how each is shown, and which values a spreadsheet gets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pixeldesk.printable import visible
from pixeldesk.weekly.rates import Difference

_SMALL_RATE = 0.001
_LONGEST_SHOWN = 120
_COUNT, _RATE, _POINTS, _SIGNED = "#,##0", "0.00##%", "+0.00##;-0.00##;0.00", "+#,##0;-#,##0;0"


@dataclass(frozen=True)
class Kind:
    """A kind of cell.

    `columns` are its spreadsheet columns: a suffix of the title, and a number format, None for text. `is_log_text`
    means that the text may be hostile.
    """

    shown: Callable[[Any], str]
    columns: tuple[tuple[str, str | None], ...]
    values: Callable[[Any], tuple[Any, ...]] = lambda value: (value,)
    is_number: bool = True
    is_log_text: bool = False


def percent(rate: float | None) -> str:
    """Format a rate as `12.92%`, with two more digits if it is small; empty without a rate."""
    if rate is None:
        return ""
    return f"{100 * rate:.4f}%" if 0 < rate < _SMALL_RATE else f"{100 * rate:.2f}%"


def points(difference: Difference | None) -> str:
    """Format a difference as `+7.51 ▲`, in percentage points, marked if it is more than noise; empty without one."""
    if difference is None:
        return ""
    digits = 4 if 0 < abs(difference.points) < 100 * _SMALL_RATE else 2
    return f"{difference.points:+.{digits}f} {mark(difference)}".rstrip()


def mark(difference: Difference | None) -> str:
    """Return `▲` or `▼` for a change that is more than noise, otherwise an empty text."""
    if difference is None or not difference.is_more_than_noise:
        return ""
    return "▲" if difference.points > 0 else "▼"


def interval(bounds: tuple[float, float]) -> str:
    """Format an interval as `12.67% to 13.17%`."""
    return " to ".join(percent(bound) for bound in bounds)


def time_of_day(moment: datetime | None) -> str:
    """Format a time as `16 Nov 2026 09:12`, in UTC; empty without a time."""
    return f"{moment:%-d %b %Y %H:%M}" if moment else ""


def day(moment: datetime) -> str:
    """Format a day as `Mon 16 Nov 2026`."""
    return f"{moment:%a %-d %b %Y}"


def _difference(difference: Difference | None) -> tuple[Any, ...]:
    if difference is None:
        return None, None
    return difference.points, "yes" if difference.is_more_than_noise else "no"


def shortened(text: str, longest: int) -> str:
    """Truncate a text to `longest` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _log_text(value: str | None) -> str:
    return shortened(visible(value or ""), _LONGEST_SHOWN)


TEXT = Kind(str, (("", None),), lambda value: (str(value),), is_number=False)
LOG_TEXT = Kind(_log_text, (("", None),), is_number=False, is_log_text=True)
TIME = Kind(time_of_day, (("", None),), lambda value: (time_of_day(value),), is_number=False)
DAY = Kind(day, (("", None),), lambda value: (day(value),), is_number=False)
COUNT = Kind(lambda value: f"{value:,}", (("", _COUNT),))
SIGNED = Kind(lambda value: f"{value:+,}", (("", _SIGNED),))
RATE = Kind(percent, (("", _RATE),))
INTERVAL = Kind(interval, ((", low", _RATE), (", high", _RATE)), lambda bounds: bounds)
EARLIER_RATE = Kind(
    lambda difference: percent(difference.rate) if difference else "",
    (("", _RATE),),
    lambda difference: (difference and difference.rate,),
)
DIFFERENCE = Kind(points, ((", points", _POINTS), (", more than noise", None)), _difference)
