"""What contradicts itself among log lines, found in plain Python."""

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
    """When the request was answered, UTC without a zone."""
    return datetime.fromisoformat(record["timestamp"]).astimezone(UTC).replace(tzinfo=None)


def noted(records: Sequence[Record]) -> list[Noted]:
    """Every request that shares its id, is limited too soon, or does not say when to come back."""
    carried = Counter(one["request_id"] for one in records)
    found = [("reused_request_id", one) for one in records if carried[one["request_id"]] > 1]
    found += [("limited_too_soon", one) for one in _limited_too_soon(records)]
    found += [
        ("no_retry_after", one)
        for one in records
        if one["status"] == 503 and (one.get("response") or {}).get("retry_after_s") is None
    ]
    return sorted(((kind, time_of(one), one.get("environment"), one["request_id"]) for kind, one in found), key=repr)


def _limited_too_soon(records: Iterable[Record]) -> Iterable[Record]:
    by_caller = defaultdict(list)
    for one in records:
        caller = (
            one.get("customer_id")
            or (one.get("api_key") or {}).get("fingerprint")
            or (one.get("client") or {}).get("ip")
        )
        if caller:
            by_caller[one.get("environment"), caller].append(one)
    for asked in by_caller.values():
        if all(one["status"] != 429 for one in asked):
            continue
        began = sorted(_began(one) for one in asked)
        for one in asked:
            earlier = bisect_right(began, _began(one)) - bisect_left(began, _began(one) - _MINUTE) - 1
            if one["status"] == 429 and earlier < 60:
                yield one


def _began(record: Record) -> datetime:
    lasted = timedelta(milliseconds=record.get("duration_ms") or 0)
    return time_of(record) - min(max(lasted, timedelta()), _MINUTE)
