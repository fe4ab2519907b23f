"""Format times and ranges of time for people: in UTC, and beside it in the viewer's own zone.

A time is a datetime in UTC without a zone, as in the desk's nouns, or RFC 3339, as in the rows of a question.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from pixeldesk.trends.time_range import TimeRange


def parsed(timestamp: datetime | str) -> datetime:
    """Return a time of the desk's answers with its zone, UTC."""
    if isinstance(timestamp, datetime):
        return timestamp.replace(tzinfo=UTC)
    return datetime.fromisoformat(timestamp).astimezone(UTC)


def to_the_minute(timestamp: datetime | str) -> str:
    """Format a timestamp as `22 Nov 2026 23:59`, in UTC."""
    return f"{parsed(timestamp):%-d %b %Y %H:%M}"


def in_full(timestamp: datetime | str) -> str:
    """Format a timestamp as `Mon 16 Nov 2026, 14:19:44.463 UTC`."""
    time = parsed(timestamp)
    return f"{time:%a %-d %b %Y, %H:%M:%S}.{time.microsecond // 1000:03} UTC"


def with_milliseconds(timestamp: datetime | str) -> str:
    """Format a timestamp as `16 Nov 14:19:44.463`, in UTC. The header of the table's column names the zone."""
    time = parsed(timestamp)
    return f"{time:%d %b %H:%M:%S}.{time.microsecond // 1000:03}"


def in_viewers_zone(timestamp: datetime | str) -> str | None:
    """Format a timestamp as `15:19:44 in Europe/Berlin`, with the day if it is another there.

    Return None if the viewer's zone is unknown, or has the offset of UTC at that time.
    """
    zone = _viewers_zone()
    if zone is None:
        return None
    time = parsed(timestamp)
    local = time.astimezone(zone)
    if local.utcoffset() == time.utcoffset():
        return None
    day = "" if local.date() == time.date() else f"{local:%a %-d %b} "
    return f"{day}{local:%H:%M:%S} in {zone.key}"


def range_text(time: TimeRange) -> str:
    """Format a range as `Sun 22 Nov 10:00 to 10:15`, with the day of its end if it is another."""
    same_day = time.end.date() == time.start.date()
    end = f"{time.end:%H:%M}" if same_day else f"{time.end:%a %-d %b %H:%M}"
    return f"{time.start:%a %-d %b %H:%M} to {end}"


def _viewers_zone() -> ZoneInfo | None:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError):
        return None
