"""Convert answers to JSON values: times as RFC 3339 in UTC with Z, NaN as null."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pixeldesk.errors import UsageError


def rfc3339(moment: datetime) -> str:
    """Format a time of the store (UTC without a zone) as `2026-11-16T09:12:44.318Z`, microseconds if it has any."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds" if moment.microsecond % 1000 else "milliseconds") + "Z"


def plain(value: Any) -> Any:
    """Convert a value, or a structure of mappings and lists, to JSON values."""
    match value:
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {str(name): plain(item) for name, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def parse_time(text: str) -> datetime:
    """Parse a time in RFC 3339, or a date, to UTC without a zone, as in the store. UTC is the default zone.

    Raises UsageError.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is not a time; write 2026-11-16 or 2026-11-16T09:12:44Z") from None
