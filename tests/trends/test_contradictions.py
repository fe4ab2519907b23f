"""Plant each kind of contradiction, test its edges, and compare the sample with a recount in plain Python."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from pixeldesk.trends.contradictions import Contradiction, contradictions
from tests.contradiction_recount import Noted, noted
from tests.log_lines import failed_line, moment, request_line, write_lines
from tests.sample_lines import distinct_lines

NOON = datetime(2026, 11, 16, 12)
HOUR_S = 3600.0
NAMES = (
    "status_disagrees",
    "without_request_id",
    "reused_request_id",
    "limited_too_soon",
    "no_retry_after",
    "success_with_error",
)
_numbers = count()


def succeeded(environment: str, at: float, **fields: Any) -> dict[str, Any]:
    """Return a request that succeeded, `at` seconds after noon, with a unique id."""
    line = {"environment": environment, "timestamp": moment(at), "duration_ms": 0, **fields}
    return request_line(**{"request_id": f"req_asked{next(_numbers)}", **line})


def limited(environment: str, at: float, **fields: Any) -> dict[str, Any]:
    line = {"environment": environment, "timestamp": moment(at), "duration_ms": 0, **fields}
    return failed_line("rate_limit_exceeded", 429, **{"request_id": f"req_429{environment}", **line})


def at_the_limit() -> Iterator[dict[str, Any]]:
    """Yield a 429 per environment, each after requests of a different number, time or caller."""
    for environment, earlier in (("after_59", 59), ("after_60", 60)):
        yield from (succeeded(environment, HOUR_S - 50 + second * 0.9) for second in range(earlier))
        yield limited(environment, HOUR_S + 5)
    for environment, first in (("just_within", -60.0), ("just_outside", -60.000001)):
        yield from (succeeded(environment, first if number == 0 else -9) for number in range(60))
        yield limited(environment, 0)
    yield from (succeeded("in_flight", 20, duration_ms=20_000) for _ in range(60))
    yield limited("in_flight", 0.5)
    yield from (succeeded("other_customer", -1, customer_id="cus_else", api_key=None) for _ in range(60))
    yield limited("other_customer", 0)
    yield from (succeeded("elsewhere", -1) for _ in range(60))
    yield limited("not_elsewhere", 0)
    yield from (succeeded("without_key", -1, api_key=None) for _ in range(60))
    yield limited("without_key", 0)
    nameless: dict[str, Any] = {"customer_id": None, "api_key": None}
    yield from (succeeded("by_address", -1, **nameless) for _ in range(60))
    yield limited("by_address", 0, **nameless)
    yield limited("other_address", 0, **nameless, client={"ip": "192.0.2.1"})
    yield limited("nobody", 0, **nameless, client=None)


def planted() -> Iterator[dict[str, Any] | str]:
    yield from at_the_limit()
    yield failed_line("invalid_api_key", 403, environment="codes", request_id="req_disagree1", timestamp=moment(61))
    yield failed_line("invalid_api_key", 403, environment="codes", request_id="req_disagree2", timestamp=moment(7300))
    yield failed_line("invalid_body", 500, environment="codes", request_id="req_disagree3", timestamp=moment(4000))
    yield failed_line("invalid_api_key", 401, environment="codes", request_id="req_agree1", timestamp=moment(62))
    yield failed_line("never_heard_of", 418, environment="codes", request_id="req_agree2", timestamp=moment(63))
    yield failed_line("invalid_body", 200, environment="codes", request_id="req_success1", timestamp=moment(64))
    for number, wait in enumerate((None, 30)):
        line = {"environment": "waits", "request_id": f"req_wait{number}", "timestamp": moment(number)}
        yield failed_line("tinybird_error", 503, **line) | {"response": {"retry_after_s": wait}}
    for number, environment in enumerate(("ids", "other_ids", "ids", "ids")):
        yield succeeded(environment, 600 * number, request_id="req_shared" if number < 3 else "req_alone")
    nameless = failed_line("internal_error", 500, environment="nameless")
    yield {name: value for name, value in nameless.items() if name != "request_id"}


@pytest.fixture(scope="module")
def desk_of_planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Path]]:
    folder = tmp_path_factory.mktemp("planted")
    settings = Settings(db=folder / "x.duckdb")
    store = open_store(settings)
    path = write_lines(folder / "a.ndjson", planted())
    Desk(settings, store).ingest([str(path)])
    yield Desk(settings, store), path
    store.close()


def found(desk: Desk, *scope: Any) -> dict[str, Contradiction]:
    kinds = desk.contradictions(*scope)
    assert tuple(kind.name for kind in kinds) == NAMES
    return {kind.name: kind for kind in kinds}


def counts(kinds: dict[str, Contradiction]) -> dict[str, int]:
    return {name: kind.requests for name, kind in kinds.items() if kind.requests and name != "without_request_id"}


@pytest.mark.parametrize(
    ("environment", "is_contradiction"),
    [
        ("after_59", True),
        ("after_60", False),
        ("just_within", False),
        ("just_outside", True),
        ("in_flight", False),
        ("other_customer", True),
        ("not_elsewhere", True),
        ("without_key", False),
        ("by_address", False),
        ("other_address", True),
        ("nobody", False),
    ],
)
def test_a_429_with_fewer_than_sixty_requests_in_the_minute_before(
    environment: str, is_contradiction: bool, desk_of_planted: tuple[Desk, Path]
) -> None:
    kinds = found(desk_of_planted[0], None, None, environment)
    assert counts(kinds) == ({"limited_too_soon": 1} if is_contradiction else {})
    assert kinds["limited_too_soon"].examples == ((f"req_429{environment}",) if is_contradiction else ())


def test_status_and_code(desk_of_planted: tuple[Desk, Path]) -> None:
    kinds = found(desk_of_planted[0], None, None, "codes")
    assert counts(kinds) == {"status_disagrees": 3, "success_with_error": 1}
    assert kinds["status_disagrees"].examples == ("req_disagree2", "req_disagree3")
    assert kinds["success_with_error"].examples == ("req_success1",)


def test_a_503_says_when_to_come_back(desk_of_planted: tuple[Desk, Path]) -> None:
    kinds = found(desk_of_planted[0], None, None, "waits")
    assert counts(kinds) == {"no_retry_after": 1}
    assert kinds["no_retry_after"].examples == ("req_wait0",)


def test_an_id_used_twice_is_found_in_each_environment(desk_of_planted: tuple[Desk, Path]) -> None:
    kinds = found(desk_of_planted[0], None, None, "ids")
    assert counts(kinds) == {"reused_request_id": 2}
    assert kinds["reused_request_id"].examples == ("req_shared",)
    assert counts(found(desk_of_planted[0], None, None, "other_ids")) == {"reused_request_id": 1}


def test_an_answer_without_an_id_is_listed_by_source_and_line(desk_of_planted: tuple[Desk, Path]) -> None:
    desk, path = desk_of_planted
    for scope in ((None, None, None), (NOON, NOON, "codes")):
        kind = found(desk, *scope)["without_request_id"]
        assert (kind.requests, kind.examples) == (1, ())
        assert kind.lines == (f"{path}, line {len(path.read_bytes().splitlines())}",)


@pytest.mark.parametrize(
    ("start_s", "end_s", "requests"),
    [
        (0, 7301, 3),
        (0, 7300, 3),
        (0, 7260, 2),
        (61, 62, 1),
        (119, 7200, 2),
        (120, 7200, 1),
        (3600, 7200, 1),
        (4020, 9000, 1),
        (120, 3999, 1),
        (120, 3960, 0),
        (61, 61, 0),
        (70, 60, 0),
    ],
)
def test_a_range_is_counted_by_whole_minutes(
    start_s: int, end_s: int, requests: int, desk_of_planted: tuple[Desk, Path]
) -> None:
    start, end = NOON + timedelta(seconds=start_s), NOON + timedelta(seconds=end_s)
    disagreeing = found(desk_of_planted[0], start, end, "codes")["status_disagrees"]
    assert disagreeing.requests == requests
    assert len(disagreeing.examples) == min(requests, 2)


def test_no_more_than_five_newest_examples(desk: Desk, tmp_path: Path) -> None:
    lines = [
        failed_line("invalid_body", 401, request_id=f"req_n{number}", timestamp=moment(number)) for number in range(9)
    ]
    lines.append(failed_line("invalid_pipe", 401, request_id="req_next_hour", timestamp=moment(HOUR_S)))
    lines += [failed_line("tinybird_error", 503, request_id=f"req_m{n}", timestamp=moment(n)) for n in range(9)]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    kinds = found(desk)
    assert counts(kinds) == {"status_disagrees": 10, "no_retry_after": 9}
    assert kinds["status_disagrees"].examples == ("req_next_hour", "req_n8", "req_n7", "req_n6", "req_n5")
    assert kinds["no_retry_after"].examples == tuple(f"req_m{number}" for number in (8, 7, 6, 5, 4))


def test_the_catalogue_decides_which_statuses_belong_to_a_code(desk_of_planted: tuple[Desk, Path]) -> None:
    kinds = contradictions(desk_of_planted[0].store, None, None, "codes", {"invalid_api_key": [401, 403]})
    assert counts({kind.name: kind for kind in kinds}) == {"success_with_error": 1}


def test_an_empty_store_has_all_kinds_with_zero(desk: Desk) -> None:
    kinds = found(desk)
    assert all((kind.requests, kind.examples, kind.lines) == (0, (), ()) for kind in kinds.values())
    assert all(kind.title and kind.explanation for kind in kinds.values())


# --- against a recount of the sample ------------------------------------------------------------------------


@cache
def noted_in_sample() -> tuple[Noted, ...]:
    return tuple(noted([line.record for line in distinct_lines() if line.is_request and line.record]))


def in_scope(found: Iterable[Noted], start: datetime, end: datetime, environment: str | None) -> Counter[str]:
    return Counter(kind for kind, at, where, _ in found if start <= at < end and environment in (None, where))


@pytest.mark.parametrize(
    ("start", "end", "environment"),
    [
        (datetime(2026, 11, 1), datetime(2026, 12, 1), None),
        (datetime(2026, 11, 12, 14, 7), datetime(2026, 11, 12, 14, 29), "production"),
        (datetime(2026, 11, 17, 9, 30), datetime(2026, 11, 20, 8, 1), None),
        (datetime(2026, 11, 17, 9, 30), datetime(2026, 11, 20, 8, 1), "preview"),
    ],
)
def test_the_sample_counted_in_plain_python(
    start: datetime, end: datetime, environment: str | None, sample_desk: Desk
) -> None:
    kinds = found(sample_desk, start, end, environment)
    expected = in_scope(noted_in_sample(), start, end, environment)
    assert counts(kinds) == dict(expected)
    ids = {name: {request_id for kind, _, _, request_id in noted_in_sample() if kind == name} for name in expected}
    assert all(set(kinds[name].examples) <= ids[name] and kinds[name].examples for name in expected)


def test_the_sample_reuses_one_id_and_its_statuses_agree(sample_desk: Desk) -> None:
    kinds = found(sample_desk)
    assert kinds["reused_request_id"].examples == ("req_0000000000AA",)
    assert kinds["reused_request_id"].requests == 2
    assert kinds["without_request_id"].requests == 1
    assert kinds["status_disagrees"].requests == kinds["success_with_error"].requests == 0
