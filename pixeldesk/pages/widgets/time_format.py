"""Times as people read them: in UTC, and beside it in the viewer's own zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st


def moment(timestamp: str) -> datetime:
    """An RFC 3339 time of the desk's answers, in UTC."""
    return datetime.fromisoformat(timestamp).astimezone(UTC)


def to_the_minute(timestamp: str) -> str:
    """`22 Nov 2026 23:59`, in UTC."""
    return f"{moment(timestamp):%-d %b %Y %H:%M}"


def in_utc(timestamp: str) -> str:
    """`Mon 16 Nov 2026, 14:19:44.463 UTC`."""
    at = moment(timestamp)
    return f"{at:%a %-d %b %Y, %H:%M:%S}.{at.microsecond // 1000:03} UTC"


def in_table(timestamp: str) -> str:
    """`16 Nov 14:19:44.463`, in UTC: the column's head says so."""
    at = moment(timestamp)
    return f"{at:%d %b %H:%M:%S}.{at.microsecond // 1000:03}"


def in_viewers_zone(timestamp: str) -> str | None:
    """`15:19:44 in Europe/Berlin`, with the day where it differs; None where that is UTC or not known."""
    zone = _viewers_zone()
    if zone is None:
        return None
    at = moment(timestamp)
    local = at.astimezone(zone)
    if local.utcoffset() == at.utcoffset():
        return None
    day = "" if local.date() == at.date() else f"{local:%a %-d %b} "
    return f"{day}{local:%H:%M:%S} in {zone.key}"


def _viewers_zone() -> ZoneInfo | None:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError):
        return None
