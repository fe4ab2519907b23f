"""Say why ids have no request: the line is in quarantine, only events carry it, or the logs do not cover it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from pixeldesk.catalogue.wording import counted, spell_day
from pixeldesk.queries import question
from pixeldesk.retention.retention import dropped_days
from pixeldesk.store import Store
from pixeldesk.tickets.event_lines import LinesOfId
from pixeldesk.tickets.spellings import spellings
from pixeldesk.tickets.unanswered import Absence, NotFound
from pixeldesk.trends.coverage import Coverage

_SHOWN_GAPS, _MOST_PLACES = 3, 5
_MOST_EXAMINED = 20
"""For more ids in one text, no similar ids are looked for, nor mentions in quarantine: each costs a scan."""


def not_found(
    store: Store, request_ids: Sequence[str], lines: Mapping[str, LinesOfId], covered: Coverage
) -> tuple[NotFound, ...]:
    """Return why no request has these ids, and the ids most similar to each.

    `lines` are those that events have, and `covered` is what the store covers.
    """
    examined = request_ids[:_MOST_EXAMINED]
    places = _in_quarantine(store, examined)
    unknown = [each for each in request_ids if each not in places and each not in lines]
    absence, reason = _of_unknown(store, covered) if unknown else ("not_in_logs", "")
    nearest = _nearest(store, [each for each in unknown if each in examined]) if absence == "not_in_logs" else {}

    def explained(request_id: str) -> NotFound:
        if request_id in places:
            reason_of_one = _quarantined(places[request_id])
            return NotFound(request_id=request_id, absence="quarantined", reason=reason_of_one)
        if request_id in lines:
            return NotFound(request_id=request_id, absence="only_events", reason=_only_lines(lines[request_id]))
        near = tuple(nearest.get(request_id, ()))
        return NotFound(request_id=request_id, absence=absence, reason=reason, nearest=near)

    return tuple(explained(each) for each in request_ids)


def _of_unknown(store: Store, covered: Coverage) -> tuple[Absence, str]:
    """Return why an id that no line has is not there: the same for every such id."""
    if covered.oldest is not None and covered.newest is not None:
        return "not_in_logs", _not_covered(store, covered.oldest, covered.newest)
    if covered.events:
        return "no_logs", "No line with this id is in the logs that were read: they hold no requests, only other lines."
    return "no_logs", "The store holds no requests yet: read the logs first, with pixeldesk ingest PATH."


def _in_quarantine(store: Store, request_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return where refused lines mention each id in any of its spellings."""
    asked = {each: spellings(each) for each in request_ids}
    texts = list(dict.fromkeys(text for each in asked.values() for text in each))
    mentions: dict[str, list[str]] = defaultdict(list)
    for row in question("quarantine_mentions").rows(store, texts=texts) if texts else ():
        mentions[row["mentioned"]].append(f"{row['source']} line {row['line']}: {row['reason']}")
    places = {each: dict.fromkeys(place for text in texts for place in mentions[text]) for each, texts in asked.items()}
    return {each: list(of_one)[:_MOST_PLACES] for each, of_one in places.items() if of_one}


def _quarantined(places: Sequence[str]) -> str:
    return f"Its log line could not be understood and is in quarantine ({'; '.join(places)})."


def _only_lines(lines: LinesOfId) -> str:
    return (
        f"Only {counted(lines.count, 'application log line')} with this id, the first at {_moment(lines.first)}; "
        "the line of the request itself is not in the logs that were read."
    )


def _not_covered(store: Store, oldest: datetime, newest: datetime) -> str:
    span = f"from {_moment(oldest)} to {_moment(newest)}"
    gaps = [f"{spell_day(row['hour'])} {row['hour']:%H:00}" for row in question("gaps").rows(store)]
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
        f" rule {gone.rule}, those of {counted(gone.days, 'day')} from {spell_day(gone.first_day)} to"
        f" {spell_day(gone.last_day)}, last on {spell_day(gone.dropped_at)}"
        for gone in dropped_days(store)
        if gone.requests
    ]
    return f" It may have been among what is kept no longer: {'; '.join(dropped)}." if dropped else ""


def _nearest(store: Store, request_ids: Sequence[str]) -> dict[str, list[str]]:
    nearest: dict[str, list[str]] = defaultdict(list)
    if request_ids:
        heads = list({each[:8].lower() for each in request_ids})
        tails = list({each[-5:].lower() for each in request_ids})
        for row in question("nearest_ids").rows(store, request_ids=list(request_ids), heads=heads, tails=tails):
            nearest[row["asked_id"]].append(row["request_id"])
    return nearest


def _moment(time: datetime) -> str:
    return f"{spell_day(time)}, {time:%H:%M:%S} UTC"
