"""Make log lines of a few weeks, numbered by their distance from 2026-W47."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.log_lines import failed_line, request_line

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
HOURS = 168


def at(week: int, hours: float = 0.0) -> str:
    """Return the time this many hours after Monday 00:00 of a week, as a log has it."""
    moment = MONDAY + timedelta(weeks=week, hours=hours)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def good(week: int, hours: float, **fields: Any) -> dict[str, Any]:
    """Return a request that succeeds."""
    return request_line(timestamp=at(week, hours), request_id=f"req_G{week:+03}{hours:08.3f}", **fields)


def bad(week: int, hours: float, code: str = "invalid_body", status: int = 400, **fields: Any) -> dict[str, Any]:
    """Return a request that fails."""
    fields = {"request_id": f"req_B{week:+03}{hours:08.3f}{code[:4]}", **fields}
    return failed_line(code, status, timestamp=at(week, hours), **fields)


def whole_week(week: int, failing: int = 0, **fields: Any) -> list[dict[str, Any]]:
    """Return a request every hour, and after each of the first `failing` a failing one a few minutes later."""
    every = [good(week, hour) for hour in range(HOURS)]
    return every + [bad(week, hour + 0.1, **fields) for hour in range(failing)]
