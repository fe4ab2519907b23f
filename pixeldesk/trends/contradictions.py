"""Find where the API contradicts itself: what it promises its callers, against what its own logs show.

All six kinds are always reported, since a count of zero is worth knowing too.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pixeldesk.catalogue.reason_kinds import REQUEST_ID_MISSING
from pixeldesk.queries import question
from pixeldesk.store import Store
from pixeldesk.trends.time_range import MINUTE, ceiling, floor

_MOST_EXAMPLES = 5


@dataclass(frozen=True)
class Contradiction:
    """A kind of contradiction, with the number of requests that show it and the ids of the newest.

    `explanation` says what it means for customers and who should know. For lines without an id, `lines` has the source
    and line number of the newest, as raw text.
    """

    name: str
    title: str
    explanation: str
    requests: int = 0
    examples: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


STATUS_DISAGREES = Contradiction(
    "status_disagrees",
    "Status and error code that do not belong together",
    "A client that goes by the status does one thing, one that goes by the code another. The catalogue names the status"
    " of each code: tell whoever owns the route, or mend the catalogue.",
)
WITHOUT_ID = Contradiction(
    "without_request_id",
    "Answer logged without a request id",
    "The customer has no id to give to support, and the request cannot be found. Tell whoever owns the server's"
    " logging. Such lines are in quarantine, without a time or an environment: counted here are all that were read.",
)
REUSED_ID = Contradiction(
    "reused_request_id",
    "Request id that several requests carry",
    "A customer who quotes such an id may be shown another request, or another customer's. Ids must be new for each"
    " request: tell whoever makes them, a proxy or the server.",
)
LIMITED_TOO_SOON = Contradiction(
    "limited_too_soon",
    "429 to a caller that made fewer than sixty requests in the minute before",
    "Customers are turned away though they keep to the limit they were promised. Tell whoever owns the rate limiter.",
)
NO_RETRY_AFTER = Contradiction(
    "no_retry_after",
    "503 without Retry-After",
    "Clients cannot know when to come back, and many come back at once. Tell whoever owns the route.",
)
SUCCESS_WITH_ERROR = Contradiction(
    "success_with_error",
    "Status of a success with an error code in the body",
    "Clients that go by the status take a failure for a success and lose data unnoticed. Tell whoever owns the route.",
)


def contradictions(
    store: Store,
    start: datetime | None,
    end: datetime | None,
    environment: str | None,
    statuses_of_code: Mapping[str, Collection[int]],
) -> list[Contradiction]:
    """Count all six kinds from `start` to `end` (UTC without a zone), both rounded out to whole minutes.

    `statuses_of_code` has the HTTP statuses allowed for each known error code. Unknown codes are not judged.
    """
    scope = {**_whole_minutes(start, end), "environment": environment}
    answered = [_Answered(**row) for row in question("statuses_of_codes").rows(store, **scope)]
    disagreeing = [pair for pair in answered if pair.status >= 400 and pair.disagrees_with(statuses_of_code)]
    successful = [pair for pair in answered if pair.status < 400]
    noted = _noted(store, scope)
    return [
        _counted(store, STATUS_DISAGREES, disagreeing, environment),
        _without_id(store),
        noted.get(REUSED_ID.name, REUSED_ID),
        noted.get(LIMITED_TOO_SOON.name, LIMITED_TOO_SOON),
        noted.get(NO_RETRY_AFTER.name, NO_RETRY_AFTER),
        _counted(store, SUCCESS_WITH_ERROR, successful, environment),
    ]


def _whole_minutes(start: datetime | None, end: datetime | None) -> dict[str, datetime | None]:
    if start is not None and end is not None and end <= start:
        return {"start": start, "end": start}
    return {
        "start": None if start is None else floor(start, MINUTE),
        "end": None if end is None else ceiling(end, MINUTE),
    }


@dataclass(frozen=True)
class _Answered:
    """A row of statuses_of_codes: an error code and a status that requests were answered with, and when last."""

    error_code: str
    status: int
    requests: int
    last_from: datetime
    last_until: datetime

    def disagrees_with(self, statuses_of_code: Mapping[str, Collection[int]]) -> bool:
        """Return whether the code is known, and its status is another."""
        allowed = statuses_of_code.get(self.error_code)
        return allowed is not None and self.status not in allowed


def _counted(store: Store, kind: Contradiction, pairs: Collection[_Answered], environment: str | None) -> Contradiction:
    """Fill in a kind that code and status show. Its examples are from the last hour or minute of each pair."""
    examples: list[str] = []
    for pair in sorted(pairs, key=lambda pair: pair.last_from, reverse=True)[:_MOST_EXAMPLES]:
        found = question("requests_with_code").rows(
            store,
            start=pair.last_from,
            end=pair.last_until,
            environment=environment,
            error_code=pair.error_code,
            status=pair.status,
            count=_MOST_EXAMPLES - len(examples),
        )
        examples += [request["request_id"] for request in found]
    return replace(kind, requests=sum(pair.requests for pair in pairs), examples=tuple(examples))


def _without_id(store: Store) -> Contradiction:
    rows = question("refused_for").rows(store, reason=REQUEST_ID_MISSING, count=_MOST_EXAMPLES)
    lines = tuple(f"{row['source']}, line {row['line']}" for row in rows)
    return replace(WITHOUT_ID, requests=rows[0]["refused"] if rows else 0, lines=lines)


def _noted(store: Store, scope: Mapping[str, object]) -> dict[str, Contradiction]:
    """Return the kinds whose requests were recorded at ingest."""
    found: dict[str, Contradiction] = {}
    kinds = {kind.name: kind for kind in (REUSED_ID, LIMITED_TOO_SOON, NO_RETRY_AFTER)}
    for row in question("contradictory_requests").rows(store, **scope, count=_MOST_EXAMPLES):
        kind = found.get(row["kind"], kinds[row["kind"]])
        found[row["kind"]] = replace(kind, requests=int(row["requests"]), examples=(*kind.examples, row["request_id"]))
    return found
