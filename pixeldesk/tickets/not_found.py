"""Say why an id has no request: its line is in quarantine, only events carry it, or the logs do not cover it."""

from datetime import datetime

from pixeldesk.catalogue.wording import counted
from pixeldesk.queries import question
from pixeldesk.queries.values import rfc3339
from pixeldesk.retention.retention import dropped_days
from pixeldesk.store import Store
from pixeldesk.tickets.answer import NotFound
from pixeldesk.trends.coverage import coverage

_SHOWN_GAPS, _MOST_ALIASED = 3, 20


def not_found(store: Store, request_id: str) -> NotFound:
    """Return why no request has this id, and the ids most similar to it."""
    mentions = question("quarantine_mentions").rows(store, text=request_id)
    if mentions:
        where = "; ".join(f"{line['source']} line {line['line']}: {line['reason']}" for line in mentions)
        reason = f"Its log line could not be understood and is in quarantine ({where})."
        return NotFound(request_id=request_id, absence="quarantined", reason=reason)
    aliases = question("requests_of_aliases").rows(store, aliases=[request_id], count=_MOST_ALIASED)
    names = [request_id, *(row["request_id"] for row in aliases)]
    events = [event for name in names for event in question("request_events").rows(store, request_id=name)]
    if events:
        first = rfc3339(min(event["timestamp"] for event in events))
        return NotFound(
            request_id=request_id,
            absence="only_events",
            reason=f"Only {counted(len(events), 'application log line')} with this id, the first at {first}; "
            "the line of the request itself is not in the logs that were read.",
        )
    covered = coverage(store)
    if covered.oldest is None or covered.newest is None:
        reason = "The store holds no requests yet: read the logs first, with pixeldesk ingest PATH."
        return NotFound(request_id=request_id, absence="no_logs", reason=reason)
    reason = _not_covered(store, covered.oldest, covered.newest)
    nearest = _nearest(store, request_id)
    return NotFound(request_id=request_id, absence="not_in_logs", reason=reason, nearest=nearest)


def _not_covered(store: Store, oldest: datetime, newest: datetime) -> str:
    span = f"from {rfc3339(oldest)} to {rfc3339(newest)}"
    gaps = [rfc3339(row["hour"]) for row in question("gaps").rows(store)]
    missing = ""
    if gaps:
        more = f" and {len(gaps) - _SHOWN_GAPS} more" if len(gaps) > _SHOWN_GAPS else ""
        missing = f", with no line in the hours of {', '.join(gaps[:_SHOWN_GAPS])}{more}"
    return (
        f"No request with this id is in the logs that were read. They run {span}{missing}. "
        f"A request outside that, or of a server whose logs were not read, is not here.{_dropped(store)}"
    )


def _dropped(store: Store) -> str:
    """Say what retention dropped: an id does not contain its day, so the request may be among it."""
    dropped = [
        f"{counted(gone.requests, 'request')} of {gone.environment or 'no named environment'} were dropped by the"
        f" rule {gone.rule}, those of {counted(gone.days, 'day')} from {gone.first_day:%Y-%m-%d} to"
        f" {gone.last_day:%Y-%m-%d}, last on {gone.dropped_at:%Y-%m-%d}"
        for gone in dropped_days(store)
        if gone.requests
    ]
    return f" It may have been among what is kept no longer: {'; '.join(dropped)}." if dropped else ""


def _nearest(store: Store, request_id: str) -> tuple[str, ...]:
    rows = question("nearest_ids").rows(store, request_id=request_id, head=request_id[:8], tail=request_id[-5:])
    return tuple(row["request_id"] for row in rows)
