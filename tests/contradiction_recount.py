"""Find contradictions among log lines in plain Python."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Record = dict[str, Any]
Noted = tuple[str, datetime, str | None, str]
"""Kind, time (UTC, no zone), environment and request id."""
_MINUTE = timedelta(minutes=1)


def time_of(record: Record) -> datetime:
    """Return when the request was answered, UTC without a zone."""
    return datetime.fromisoformat(record["timestamp"]).astimezone(UTC).replace(tzinfo=None)


def noted(records: Sequence[Record]) -> list[Noted]:
    """Return every request that shares its id, is limited too soon, or lacks Retry-After."""
    by_id = Counter(record["request_id"] for record in records)
    found = [("reused_request_id", record) for record in records if by_id[record["request_id"]] > 1]
    found += [("limited_too_soon", record) for record in _limited_too_soon(records)]
    found += [
        ("no_retry_after", record)
        for record in records
        if record["status"] == 503 and (record.get("response") or {}).get("retry_after_s") is None
    ]
    return sorted(
        ((kind, time_of(record), record.get("environment"), record["request_id"]) for kind, record in found), key=repr
    )


def _limited_too_soon(records: Iterable[Record]) -> Iterable[Record]:
    by_caller = defaultdict(list)
    for record in records:
        caller = (
            record.get("customer_id")
            or (record.get("api_key") or {}).get("fingerprint")
            or (record.get("client") or {}).get("ip")
        )
        if caller:
            by_caller[record.get("environment"), caller].append(record)
    for asked in by_caller.values():
        if all(record["status"] != 429 for record in asked):
            continue
        began = sorted(_began(record) for record in asked)
        for record in asked:
            earlier = bisect_right(began, _began(record)) - bisect_left(began, _began(record) - _MINUTE) - 1
            if record["status"] == 429 and earlier < 60:
                yield record


def _began(record: Record) -> datetime:
    lasted = timedelta(milliseconds=record.get("duration_ms") or 0)
    return time_of(record) - min(max(lasted, timedelta()), _MINUTE)
