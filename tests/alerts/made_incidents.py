"""Make incidents for the tests."""

from datetime import datetime, timedelta
from typing import Any

from pixeldesk.incidents.incident import Change, ChangeKind, Incident

ONSET = datetime(2026, 11, 16, 12)


def after(minutes: float) -> datetime:
    """Return the time this many minutes after the onset, UTC without a zone, as in the store."""
    return ONSET + timedelta(minutes=minutes)


def change(kind: ChangeKind, minutes: float, requests: int = 40, customers: int = 7) -> Change:
    """Return a change of the incident this many minutes after its onset."""
    return Change(kind=kind, at=after(minutes), requests=requests, customers=customers)


def incident(*changes: Change, **fields: Any) -> Incident:
    """Return an outage since noon, opened after five minutes, with these further changes and fields."""
    made = Incident(
        id="in_5d41",
        code="ingest_unavailable",
        environment="production",
        started_at=ONSET,
        detected_at=after(5),
        ended_at=None,
        last_seen=after(9),
        requests=230,
        customers=14,
        callers=15,
        hosts=("web-1", "web-2"),
        routes=("/pixel/events",),
        peak_per_minute=31,
        rate_per_minute=23.4,
        baseline_per_minute=0.0214,
        is_learning=False,
        failing_before=(),
        changes=(change("opened", 5), *changes),
        differs=("web-1 answered 100 % of them, and 26 % of the requests that succeeded meanwhile",),
        examples=("req_A0000001", "req_A0000002"),
    )
    return made.model_copy(update=fields)


def ended(**fields: Any) -> Incident:
    """Return the same outage with an end after 22 minutes, which was known half an hour later."""
    return incident(change("ended", 52), **{"ended_at": after(22), "last_seen": after(22), **fields})
