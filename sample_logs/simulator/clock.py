"""Define the simulated fortnight: its bounds, moments in it, and how busy the world is at a time.

Times are Unix seconds in UTC, as floats.
"""

import math
from datetime import UTC, datetime, timedelta

END = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
"""End of the span (exclusive): the Monday after ISO week 2026-W47."""

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0
WEEK = 7 * DAY
FORTNIGHT_START = END - 2 * WEEK
"""2026-11-09T00:00Z. All cases and outages come after this, however long the span."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str) -> float:
    """Return the Unix seconds of a time in 2026 like ``"11-17 10:16"``, UTC."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()


def rfc3339(at: float, digits: int = 3) -> str:
    """Format a time as ``2026-11-16T09:12:44.318Z``, with ``digits`` decimals of a second (3, 6, or 0 for none)."""
    rounded = round(at * 10 ** min(digits, 6))
    when = _EPOCH + timedelta(microseconds=rounded * 10 ** (6 - digits))
    text = when.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{when.microsecond:06d}"[: digits + 1] if digits else ""
    return f"{text}{fraction}Z"


def is_weekend(at: float, utc_offset_hours: float = 0.0) -> bool:
    """Return whether it is Saturday or Sunday, local time."""
    return int((at + utc_offset_hours * HOUR) // DAY + 3) % 7 >= 5


def busyness(at: float, utc_offset_hours: float, weekend: float) -> float:
    """Return the share of peak traffic, 0 to 1: low at 04:00 local, high at 15:00, times ``weekend`` on weekends."""
    hour = ((at + utc_offset_hours * HOUR) % DAY) / HOUR
    day_shape = 0.18 + 0.82 * (0.5 - 0.5 * math.cos(2 * math.pi * (hour - 3.5) / 24)) ** 1.4
    return float(day_shape * (weekend if is_weekend(at, utc_offset_hours) else 1.0))
