"""What the product makes of a fixture, beside what its client saw."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pixeldesk.desk.desk import Desk
from tests.emitters.client import CLIENT_IP, USER_AGENT, Asked, read_truth
from tests.server.push.served import Client, served
from tests.whole_store import differences

FIXTURES = Path(__file__).parent / "fixtures"
_SLOW_MS = (200, 2_000)
_KABOOM = "kaboom in handler"
# A log may be written before the request has come to its end, or when a client that went away is noticed.
_EARLY, _LATE = timedelta(seconds=1.1), timedelta(seconds=3)


@dataclass(frozen=True)
class Recipe:
    """The TOML of a fixture: which program writes it, and what its log has."""

    name: str
    program: str
    settings: str
    format: str
    aborted: int | None
    """The status that the log has of a request whose client went away; None where it has none."""
    unmapped: int
    quarantined: int
    lacks: dict[str, str]
    """What the log does not have, and why: id, made_id, time, client_ip, user_agent, duration, error, query."""
    lacks_by_path: dict[str, dict[str, str]]
    """The same, of the requests with these paths."""
    missing: dict[str, str]
    """The paths of the requests of which the log has nothing at all, and why."""
    unreadable: str | None
    """Why nothing can be read of the log at all."""
    fails: str | None
    log: Path
    otlp: str | None

    def lacks_of(self, asked: Asked) -> dict[str, str]:
        """Return what the log does not have of this request."""
        return self.lacks | self.lacks_by_path.get(asked.path, {})

    @property
    def truth(self) -> Path:
        """What the client saw."""
        return FIXTURES / f"{self.name}.truth.json"


def recipes() -> list[Recipe]:
    """Return the recipe of each fixture, by name."""
    return [_recipe(path) for path in sorted(FIXTURES.glob("*.toml"))]


def _recipe(path: Path) -> Recipe:
    told = tomllib.loads(path.read_text())
    log = told["log"]
    ending = ".otlp" if "otlp" in told else "" if {"folder", "logrotate"} & told.keys() else ".log"
    aborted = int(log["aborted"]) if "aborted" in log else None
    return Recipe(
        path.stem, told["program"], told["settings"], log["format"], aborted, log.get("unmapped", 0),
        log.get("quarantined", 0), told.get("lacks", {}), told.get("lacks_of", {}),
        told.get("missing", {}), log.get("unreadable"), told.get("fails"), path.with_suffix(ending), told.get("otlp"),
    )  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """One request as it is stored."""

    ids: frozenset[str]
    row: dict[str, Any]
    events: str
    """The messages of the events with its id."""


@dataclass
class Outcome:
    """What was stored of a fixture."""

    recipe: Recipe
    versions: dict[str, str]
    asked: list[Asked]
    formats: list[str]
    events: int
    unmapped: int
    quarantined: int
    stored: list[Stored]
    unbalanced: dict[str, int]
    wrong: list[str] = field(default_factory=list)

    @property
    def expected(self) -> list[Asked]:
        """The requests of which the log has a line."""
        return [one for one in self.asked if is_expected(one, self.recipe)]


def is_expected(asked: Asked, recipe: Recipe) -> bool:
    """Return whether the log has a line with a status of this request."""
    if recipe.unreadable or asked.path in recipe.missing:
        return False
    return asked.status is not None or recipe.aborted is not None


def outcome_of(desk: Desk, recipe: Recipe) -> Outcome:
    """Read a fixture into the empty store of a desk and compare."""
    versions, asked = read_truth(recipe.truth)
    if recipe.otlp:
        _push(desk, recipe)
    else:
        desk.ingest([str(recipe.log)])
    counted = ", ".join(f"coalesce(sum({kind}), 0)::INT AS {kind}" for kind in ("events", "unmapped", "quarantined"))
    (lines,) = desk.store.rows(f"SELECT {counted} FROM batches")
    formats = [row["format"] for row in desk.store.rows("SELECT format FROM sources")]
    stored, unbalanced = list(_stored(desk)), differences(desk.store)
    outcome = Outcome(recipe, versions, asked, formats, **lines, stored=stored, unbalanced=unbalanced)
    reused = desk.store.rows("SELECT request_id FROM contradictory_requests WHERE kind = 'reused_request_id'")
    outcome.wrong += [f"{row['request_id']} is said to be reused" for row in reused]
    outcome.wrong += [*_wrong_lines(outcome), *_wrong_requests(outcome)]
    return outcome


def _push(desk: Desk, recipe: Recipe) -> None:
    """Send what an exporter of OpenTelemetry sent, to the address that it would send it to."""
    logged = recipe.log.read_bytes()
    bodies, kind = ([logged], "x-protobuf") if recipe.otlp == "protobuf" else (logged.splitlines(), "json")
    with served(desk) as port:
        for body in bodies:
            answer = Client(port).post(body, "/v1/logs", Content_Type=f"application/{kind}")
            assert answer.status == 200, answer


def _stored(desk: Desk) -> Iterator[Stored]:
    ids: dict[str, set[str]] = defaultdict(set)
    for row in desk.store.rows("SELECT alias, request_id FROM aliases WHERE kind = 'request'"):
        ids[row["request_id"]].add(row["alias"])
    events: dict[str, list[str]] = defaultdict(list)
    for row in desk.store.rows("SELECT request_id, message || raw AS text FROM events WHERE request_id IS NOT NULL"):
        events[row["request_id"]].append(row["text"] or "")
    for row in desk.store.rows("SELECT * FROM requests ORDER BY timestamp, line_number"):
        name = row["request_id"]
        yield Stored(frozenset(ids[name] | {name}), row, "\n".join(events[name]))


def _wrong_lines(outcome: Outcome) -> Iterator[str]:
    recipe = outcome.recipe
    read_as = {part for name in outcome.formats for part in name.replace("/", "+").split("+")}
    if recipe.unreadable:
        events = outcome.events
        yield from [f"{events} events"] if events else []
        return
    if recipe.format not in read_as:
        yield f"read as {outcome.formats}, not as {recipe.format}"
    for kind in ("unmapped", "quarantined"):
        if getattr(outcome, kind) != getattr(recipe, kind):
            yield f"{getattr(outcome, kind)} lines {kind}, not {getattr(recipe, kind)}"
    if outcome.unbalanced:
        yield f"the store does not add up: {outcome.unbalanced}"


def _wrong_requests(outcome: Outcome) -> Iterator[str]:
    recipe = outcome.recipe
    wanted: dict[tuple[Any, ...], list[Asked]] = defaultdict(list)
    for asked in outcome.expected:
        wanted[_as_asked(asked, recipe)].append(asked)
    found: dict[tuple[Any, ...], list[Stored]] = defaultdict(list)
    known = {
        name: ids[0] for asked in outcome.expected for ids in [_ids(asked, recipe.lacks_of(asked))] for name in ids
    }
    for stored in outcome.stored:
        found[_as_stored(stored, known)].append(stored)
    if len(outcome.stored) != len(outcome.expected):
        yield f"{len(outcome.stored)} requests stored, {len(outcome.expected)} made"
    # A process that counts its requests counts them anew when it is started again.
    names = Counter(stored.row["request_id"] for stored in outcome.stored if not stored.row["id_is_counted"])
    yield from (f"{count} requests are called {name}" for name, count in names.items() if count > 1)
    for key in wanted.keys() | found.keys():
        if len(wanted[key]) != len(found[key]):
            yield f"{len(found[key])} stored and {len(wanted[key])} made of {key}"
        for asked, stored in zip(wanted[key], found[key], strict=False):
            yield from _wrong_facts(asked, stored, recipe.lacks_of(asked))


def _ids(asked: Asked, lacks: dict[str, str]) -> list[str]:
    if "id" in lacks:
        return []
    made = [] if "made_id" in lacks else [asked.answered_id]
    sent = [] if "sent_id" in lacks else [asked.sent_id]
    return [name for name in [*sent, *made] if name]


def _as_asked(asked: Asked, recipe: Recipe) -> tuple[Any, ...]:
    lacks = recipe.lacks_of(asked)
    path = asked.path.split("?")[0] if "query" in lacks else asked.path
    return (
        next(iter(_ids(asked, lacks)), None),
        asked.method,
        None if "path" in lacks else path,
        recipe.aborted if asked.status is None else asked.status,
        None if "client_ip" in lacks else CLIENT_IP,
        None if "user_agent" in lacks else USER_AGENT,
    )


def _as_stored(stored: Stored, known: dict[str, str]) -> tuple[Any, ...]:
    row = stored.row
    name = next((known[one] for one in sorted(stored.ids & known.keys())), None)
    return (name, row["method"], row["path"], row["status"], row["client_ip"], row["user_agent"])


def _wrong_facts(asked: Asked, stored: Stored, lacks: dict[str, str]) -> Iterator[str]:
    what = f"{asked.method} {asked.path} {asked.status}"
    row = stored.row
    started = datetime.fromisoformat(asked.started).replace(tzinfo=None)
    if "time" not in lacks and not started - _EARLY <= row["timestamp"] <= started + _LATE:
        yield f"{what} at {asked.started} is dated {row['timestamp']}"
    if "duration" not in lacks and asked.status is not None:
        took, (least, most) = row["duration_ms"], _SLOW_MS
        if took is None or took < 0 or (took >= least) != (asked.path == "/v1/slow") or took > most:
            yield f"{what} took {took} ms"
    told = f"{row['error_message']} {row['message']} {stored.events}"
    if asked.path == "/v1/boom" and "error" not in lacks and _KABOOM not in told:
        yield f"{what} has no error: {row['error_message']!r}, {row['message']!r}"
