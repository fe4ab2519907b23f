"""Answers as plain JSON values: times as RFC 3339 in UTC with Z, no NaN, nothing that JSON cannot say."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pixeldesk.errors import UsageError


def rfc3339(moment: datetime) -> str:
    """A time of the store (UTC, no zone) as `2026-11-16T09:12:44.318Z`; microseconds where it has any."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds" if moment.microsecond % 1000 else "milliseconds") + "Z"


def plain(value: Any) -> Any:
    """One value, or a whole structure of them."""
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
            return {str(name): plain(one) for name, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
        case _:
            return value


def parse_time(text: str) -> datetime:
    """A time given by a person as the store keeps times: RFC 3339 or a date, UTC where no zone is said.

    Raises UsageError.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no time; write 2026-11-16 or 2026-11-16T09:12:44Z") from None
