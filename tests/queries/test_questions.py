"""Compare every question's answer with a recount in plain Python."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from pixeldesk.errors import UsageError
from pixeldesk.queries import Scope, question, question_names
from tests import sample_lines
from tests.log_lines import as_bytes, event_line, failed_line, moment, request_line, write_lines
from tests.sample_lines import Request

QUERIES = Path(__file__).parents[2] / "queries"
NOON = datetime(2026, 11, 16, 12)
SCOPE = tuple(Scope.__dataclass_fields__)
VALUE_OF_TYPE: dict[str, object] = {
    "text": "cus_0184",
    "bigint": 10,
    "boolean": False,
    "timestamp": NOON,
    "text[]": ["cus_0184", ""],
    "bigint[]": [1, 2],
    "timestamp[]": [NOON, NOON + timedelta(days=1)],
}


def given_for(name: str, *, optional: bool) -> dict[str, object]:
    """Return a value for each required parameter, and for the others too if they are to be given."""
    wanted = [each for each in question(name).parameters if optional or each.is_required]
    return {each.name: VALUE_OF_TYPE[each.type] for each in wanted}


@pytest.mark.parametrize("name", question_names())
def test_a_file_asks_in_english_and_has_parameters_only(name: str) -> None:
    text = (QUERIES / f"{name}.sql").read_text()
    first, _, sql = text.partition("\n")
    assert re.fullmatch(r"-- [A-Z][^?]*\?", first)
    assert question(name).asks == first.removeprefix("-- ")
    code = re.sub(r"--.*", "", sql)
    assert not set("?%{}") & set(code)
    assert not re.search(r"(=|<>|LIKE|IN)\s*\(?'[^']", code)


@pytest.mark.parametrize("name", question_names())
def test_an_empty_store_answers_in_the_same_columns(name: str, empty_desk: Desk) -> None:
    frame = question(name).frame(empty_desk.store, **given_for(name, optional=False))
    assert list(frame.columns)
    assert len(set(frame.columns)) == len(frame.columns)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", column) for column in frame.columns)


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize("name", question_names())
def test_a_frame_and_rows_agree(name: str, optional: bool, sample_desk: Desk) -> None:
    given = given_for(name, optional=optional)
    frame = question(name).frame(sample_desk.store, **given)
    rows = question(name).rows(sample_desk.store, **given)
    assert len(frame) == len(rows)
    assert all(list(row) == list(frame.columns) for row in rows)


def test_an_error_names_the_parameters_of_a_question() -> None:
    with pytest.raises(UsageError, match=r"no question is called nonsense; there are: .*coverage"):
        question("nonsense")
    with pytest.raises(UsageError, match="gaps takes no color; it takes: nothing"):
        question("gaps").bound({"color": "red"})
    with pytest.raises(UsageError, match="request needs request_id"):
        question("request").bound({})


# --- the scope ----------------------------------------------------------------------------------------------


def test_a_range_is_half_open(desk: Desk, tmp_path: Path) -> None:
    seconds = {"before": -0.000001, "first": 0, "last": 3599.999999, "past": 3600}
    lines = [request_line(request_id=f"req_{name}", timestamp=moment(at)) for name, at in seconds.items()]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    rows = desk.query("requests", start=NOON, end=NOON + timedelta(hours=1))
    assert [row["request_id"] for row in rows] == ["req_last", "req_first"]
    assert len(desk.query("requests", start=NOON)) == 3
    assert len(desk.query("requests", end=NOON)) == 1
    assert desk.query("requests", start=NOON, end=NOON) == []


def test_a_filter_is_a_value_and_never_sql(desk: Desk, tmp_path: Path) -> None:
    hostile = "x' OR '1'='1"
    lines = [request_line(), request_line(request_id="req_hostile1", customer_id=hostile)]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    assert [row["customer_id"] for row in desk.query("requests", customer_id=hostile)] == [hostile]
    assert desk.query("requests", customer_id="' OR 1=1 --") == []


def in_scope(scope: dict[str, Any]) -> list[tuple[datetime, str]]:
    """Return time and id of the newest thousand requests in a scope, newest first."""
    found = (
        (request.timestamp, request.request_id)
        for request in newest_first()
        if ("start" not in scope or request.timestamp >= scope["start"])
        and ("end" not in scope or request.timestamp < scope["end"])
        and all(getattr(request, name) == value for name, value in scope.items() if name not in ("start", "end"))
    )
    return list(islice(found, 1000))


@cache
def newest_first() -> list[Request]:
    """Return every request of the sample by descending time, then by id."""
    by_id = sorted(sample_lines.requests(), key=lambda request: request.request_id)
    return sorted(by_id, key=lambda request: request.timestamp, reverse=True)


def some_scopes() -> list[dict[str, Any]]:
    """Return each filter alone, and random combinations, with the values of existing requests."""
    chance = random.Random(7)
    failed = [request for request in sample_lines.requests() if request.error_code and request.customer_id]
    scopes = []
    for names in [[name] for name in SCOPE] + [chance.sample(SCOPE, chance.randint(2, 7)) for _ in range(18)]:
        request = chance.choice(failed)
        values = {name: getattr(request, name) for name in SCOPE if name not in ("start", "end")}
        values["start"] = request.timestamp - timedelta(hours=chance.randint(0, 40))
        values["end"] = request.timestamp + timedelta(microseconds=chance.choice([0, 1, 10**9]))
        scopes.append({name: values[name] for name in names})
    return scopes


def test_each_filter_alone_and_together(sample_desk: Desk) -> None:
    for scope in some_scopes():
        rows = question("requests").rows(sample_desk.store, **scope)
        assert [(row["timestamp"], row["request_id"]) for row in rows] == in_scope(scope), scope


# --- coverage, codes and sources ----------------------------------------------------------------------------


def test_coverage_of_the_sample(sample_desk: Desk) -> None:
    requests = sample_lines.requests()
    (row,) = question("coverage").rows(sample_desk.store)
    times = sorted(request.timestamp for request in requests)
    assert (row["oldest"], row["newest"]) == (times[0], times[-1])
    assert (row["first_hour"], row["last_hour"]) == (hour_of(times[0]), hour_of(times[-1]))
    assert row["requests"] == row["all_requests"] == len(requests)
    sound = sum(line.is_sound for line in sample_lines.distinct_lines())
    assert row["events"] == sound - len(requests)
    assert row["quarantined"] == len(sample_lines.distinct_lines()) - sound
    assert row["unmapped"] == 0


def test_coverage_excludes_implausible_times(desk: Desk, tmp_path: Path) -> None:
    lines: list[Any] = [
        request_line(request_id="req_longAgo1", timestamp="1970-01-01T00:00:00Z"),
        request_line(request_id="req_farAhead", timestamp="2999-01-01T00:00:00Z"),
        request_line(timestamp=moment(10)),
        event_line(),
        {"hello": "world"},
        "not a log line",
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    (row,) = question("coverage").rows(desk.store)
    assert row["oldest"] == row["newest"] == NOON + timedelta(seconds=10)
    counted = [row[name] for name in ("requests", "all_requests", "events", "quarantined", "unmapped")]
    assert counted == [1, 3, 1, 1, 1]


def test_an_empty_store_covers_nothing(desk: Desk) -> None:
    (row,) = question("coverage").rows(desk.store)
    assert row["oldest"] is row["newest"] is row["first_hour"] is row["last_ingest"] is None
    assert row["requests"] == row["all_requests"] == 0


def test_gaps_are_the_hours_without_a_request(desk: Desk, tmp_path: Path) -> None:
    hours = [0, 1, 4, 11, 14]
    lines = [request_line(request_id=f"req_hour{n:04}", timestamp=moment(n * 3600 + 1)) for n in hours]
    # Neither an application log line nor an implausible time fills a gap, and an implausible time creates none.
    lines += [event_line(timestamp=moment(2 * 3600)), request_line(timestamp="1999-01-01T00:00:00Z")]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    found = [row["hour"] for row in question("gaps").rows(desk.store)]
    assert found == [NOON + timedelta(hours=n) for n in range(15) if n not in hours]


@pytest.mark.parametrize("hours", [[], [0], [0, 1]])
def test_hours_without_a_pause_have_no_gap(hours: list[int], desk: Desk, tmp_path: Path) -> None:
    lines = [request_line(request_id=f"req_hour{n:04}", timestamp=moment(n * 3600)) for n in hours]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    assert question("gaps").rows(desk.store) == []


def test_error_codes_of_the_sample(sample_desk: Desk) -> None:
    times: dict[tuple[str, int], list[datetime]] = {}
    for request in sample_lines.requests():
        if request.error_code:
            times.setdefault((request.error_code, request.status), []).append(minute_of(request.timestamp))
    expected = [
        {
            "error_code": code,
            "status": status,
            "requests": len(minutes),
            "first_minute": min(minutes),
            "last_minute": max(minutes),
        }
        for (code, status), minutes in times.items()
    ]
    expected.sort(key=lambda row: (-int(str(row["requests"])), row["error_code"], row["status"]))
    assert question("error_codes").rows(sample_desk.store) == expected


def test_quarantined_lines_of_the_sample(sample_desk: Desk) -> None:
    refused = [line for line in sample_lines.distinct_lines() if not line.is_sound]
    rows = question("quarantined").rows(sample_desk.store, limit=100)
    assert [(row["source"], row["line"], row["offset"], row["excerpt"]) for row in rows] == [
        (line.source, line.number, line.offset, line.content.decode()[:200]) for line in refused
    ]
    assert all(row["reason"] for row in rows)
    assert question("quarantined").rows(sample_desk.store, limit=2) == rows[:2]


def test_an_offset_points_to_the_line(desk: Desk, tmp_path: Path) -> None:
    content = as_bytes([request_line(message="grüße"), b"\xff\xfe", "", "{bad}", request_line()])
    path = tmp_path / "a.ndjson"
    path.write_bytes(content)
    desk.ingest([str(path)])
    rows = desk.quarantine(10)
    assert [row["line"] for row in rows] == [2, 4]
    assert [content[row["offset"] :].split(b"\n")[0] for row in rows] == [b"\xff\xfe", b"{bad}"]


def test_sources_read(sample_desk: Desk) -> None:
    lines = Counter(line.source for line in sample_lines.all_lines())
    blank = Counter(line.source for line in sample_lines.all_lines() if not line.content.strip())
    size: Counter[str] = Counter()
    for line in sample_lines.all_lines():
        size[line.source] += len(line.content) + 1
    rows = question("sources_read").rows(sample_desk.store)
    assert [row["source"] for row in rows] == sorted(lines)
    for row in rows:
        source = row["source"]
        assert (row["lines"], row["blank"]) == (lines[source], blank[source])
        assert row["bytes"] == row["position"] == size[source]
        assert row["complete"] and row["problem"] is None and row["format"] == "pixel"
    requests = Counter(line.source for line in sample_lines.distinct_lines() if line.is_request)
    assert Counter({row["source"]: int(row["requests"]) for row in rows}) == requests


# --- one request and those around it ------------------------------------------------------------------------


def test_an_id_is_looked_up_exactly(desk: Desk, tmp_path: Path) -> None:
    lines = [
        request_line(request_id="req_sharedId1", timestamp=moment(5)),
        request_line(request_id="req_sharedId1", timestamp=moment(1)),
        request_line(request_id="req_sharedId11"),
        event_line(request_id="req_sharedId1", timestamp=moment(4)),
        event_line(request_id="req_sharedId1", timestamp=moment(2)),
        event_line(request_id=None),
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    for name, seconds in (("request", [1, 5]), ("request_events", [2, 4])):
        rows = question(name).rows(desk.store, request_id="req_sharedId1")
        assert sorted(row["timestamp"] for row in rows) == [NOON + timedelta(seconds=n) for n in seconds]
        (source,) = question("source_paths").rows(desk.store, source_ids=[rows[0]["source_id"]])
        assert source["path"] == str(tmp_path / "a.ndjson")
        assert question(name).rows(desk.store, request_id="req_sharedid1") == []


def around(request: Request, sign: int, count: int) -> list[tuple[datetime, str]]:
    """Return the nearest requests of the same customer or key; if neither is known, of the address."""
    own = (request.timestamp, request.request_id)
    same = [
        other
        for other in (
            (each.timestamp, each.request_id)
            for each in sample_lines.requests()
            if (request.customer_id is not None and each.customer_id == request.customer_id)
            or (request.key_fingerprint is not None and each.key_fingerprint == request.key_fingerprint)
            or (
                request.customer_id is None
                and request.key_fingerprint is None
                and request.client_ip is not None
                and each.client_ip == request.client_ip
            )
        )
        if (other < own if sign < 0 else other > own) and abs(other[0] - request.timestamp) <= timedelta(days=1)
    ]
    return sorted(same, reverse=sign < 0)[:count]


def stored_around(desk: Desk, request: Request, sign: int, count: int) -> list[tuple[datetime, str]]:
    """Return the same requests as the store's question finds them."""
    day = timedelta(days=1)
    span: dict[str, object] = {"earliest": request.timestamp - day} if sign < 0 else {"latest": request.timestamp + day}
    rows = question("requests_before" if sign < 0 else "requests_after").rows(
        desk.store,
        at=request.timestamp,
        request_id=request.request_id,
        customer_id=request.customer_id,
        key_fingerprint=request.key_fingerprint,
        client_ip=request.client_ip,
        count=count,
        **span,
    )
    return [(row["timestamp"], row["request_id"]) for row in rows]


@pytest.mark.parametrize(
    "known",
    [
        lambda request: request.customer_id is not None and request.key_fingerprint is not None,
        lambda request: request.customer_id is None and request.key_fingerprint is not None,
        lambda request: request.customer_id is not None and request.key_fingerprint is None,
        lambda request: request.customer_id is None and request.key_fingerprint is None,
    ],
    ids=["customer and key", "key only", "customer only", "address only"],
)
def test_requests_before_and_after(known: Callable[[Request], bool], sample_desk: Desk) -> None:
    chance = random.Random(3)
    for request in chance.sample([each for each in sample_lines.requests() if known(each)], 5):
        for sign in (-1, 1):
            assert stored_around(sample_desk, request, sign, 10) == around(request, sign, 10)


def test_simultaneous_requests_are_either_before_or_after(desk: Desk, tmp_path: Path) -> None:
    ids = [f"req_tie{n:05}" for n in range(7)]
    simultaneous = [request_line(request_id=request_id) for request_id in reversed(ids)]
    others = [
        request_line(request_id="req_earlier1", timestamp=moment(-60)),
        request_line(request_id="req_later001", timestamp=moment(60)),
        request_line(request_id="req_stranger", customer_id="cus_9", api_key=None),
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", simultaneous + others))])
    middle = Request(NOON, ids[3], None, None, None, None, 200, None, "cus_0184", None, None, None)
    assert [found for _, found in stored_around(desk, middle, -1, 10)] == [ids[2], ids[1], ids[0], "req_earlier1"]
    assert [found for _, found in stored_around(desk, middle, 1, 10)] == [ids[4], ids[5], ids[6], "req_later001"]
    assert [found for _, found in stored_around(desk, middle, 1, 2)] == [ids[4], ids[5]]


def test_also_affected_in_the_sample(sample_desk: Desk) -> None:
    chance = random.Random(5)
    failed = [request for request in sample_lines.requests() if request.error_code and request.status >= 400]
    by_hour: dict[object, list[Request]] = {}
    for request in failed:
        by_hour.setdefault((hour_of(request.timestamp), request.error_code), []).append(request)
    for request in chance.sample(failed, 40):
        alike = by_hour[hour_of(request.timestamp), request.error_code]
        others = [other for other in alike if other.caller != request.caller]
        found = affected(sample_desk, request.timestamp, str(request.error_code), request.caller)
        assert found == counted_callers(others)


def counted_callers(requests: list[Request]) -> dict[str, int]:
    """Count customers and their requests, and callers without a customer and theirs."""
    named = [request for request in requests if request.customer_id is not None]
    unnamed = [request for request in requests if request.customer_id is None]
    return {
        "customers": len({request.customer_id for request in named}),
        "requests": len(named),
        "unnamed_callers": len({request.caller for request in unnamed}),
        "unnamed_requests": len(unnamed),
    }


def affected(desk: Desk, at: datetime, code: str, caller: str | None) -> dict[str, Any]:
    """Return the answer to also_affected."""
    (row,) = question("also_affected").rows(desk.store, hours=[hour_of(at)], error_codes=[code], callers=[caller or ""])
    return {name: count for name, count in row.items() if name != "number"}


def test_also_affected_counts_others_in_the_same_clock_hour(desk: Desk, tmp_path: Path) -> None:
    nobody: dict[str, Any] = {"customer_id": None, "api_key": None, "client": None}
    by_key = {**nobody, "api_key": {"fingerprint": "0123456789abcdef"}}
    met: list[tuple[float, str, dict[str, Any]]] = [
        (0, "invalid_body", {"customer_id": "cus_asking"}),
        (9, "invalid_body", {"customer_id": "cus_asking"}),
        (0, "invalid_body", {"customer_id": "cus_first"}),
        (3599.999999, "invalid_body", {"customer_id": "cus_last"}),
        (3599.999999, "invalid_body", {"customer_id": "cus_last"}),
        (-0.000001, "invalid_body", {"customer_id": "cus_before"}),
        (3600, "invalid_body", {"customer_id": "cus_after"}),
        (5, "invalid_pipe", {"customer_id": "cus_another_code"}),
        (5, "invalid_body", by_key),
        (6, "invalid_body", by_key),
        (7, "invalid_body", {**nobody, "client": {"ip": "192.0.2.1"}}),
        (8, "invalid_body", nobody),
    ]
    lines = [
        failed_line(code, 400, request_id=f"req_met{n:05}", timestamp=moment(at), **who)
        for n, (at, code, who) in enumerate(met)
    ]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    counted = [
        tuple(affected(desk, NOON, "invalid_body", caller).values())
        for caller in ("cus_asking", "cus_last", "0123456789abcdef", "192.0.2.1", None)
    ]
    assert counted == [(2, 3, 3, 4), (2, 3, 3, 4), (3, 5, 2, 2), (3, 5, 2, 3), (3, 5, 2, 3)]


def distance(first: str, second: str) -> int:
    """Return the Levenshtein distance, computed row by row."""
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, start=1):
        above = row
        row = [i]
        for j, right in enumerate(second, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (left != right)))
    return row[-1]


def test_nearest_ids_in_the_sample(sample_desk: Desk) -> None:
    chance = random.Random(11)
    ids = {request.request_id for request in sample_lines.requests()}
    for real in chance.sample(sorted(ids), 10):
        index = chance.randrange(4, len(real))
        typed = chance.choice([real[:index] + "0" + real[index + 1 :], real[:index] + real[index + 1 :], real.lower()])
        head, tail = typed[:8].lower(), typed[-5:].lower()
        near = [each for each in ids if each.lower().startswith(head) or each.lower().endswith(tail)]
        expected = sorted((distance(each.lower(), typed.lower()), each) for each in near)
        other = {"request_ids": [typed, "req_unlike"], "heads": [head, "req_unli"], "tails": [tail, "nlike"]}
        rows = [row for row in question("nearest_ids").rows(sample_desk.store, **other) if row["asked_id"] == typed]
        assert [(row["distance"], row["request_id"]) for row in rows] == [
            (edits, request_id) for edits, request_id in expected if edits <= 3
        ][:3]
        assert real in [row["request_id"] for row in rows]


# --- the rollups that charts read ---------------------------------------------------------------------------


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def minute_of(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def counts(desk: Desk, table: str) -> dict[tuple[object, ...], int]:
    """Return a rollup's requests by its other columns, without the summed duration. Each combination occurs once."""
    rows = desk.store.rows(f"SELECT * EXCLUDE (requests), requests FROM {table}")
    found = [tuple(value for name, value in row.items() if name != "duration_ms") for row in rows]
    counted = {key[:-1]: key[-1] for key in found}
    assert len(counted) == len(found)
    return counted


def recount(requests: Iterable[Request], bucket: Callable[[datetime], datetime]) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            bucket(request.timestamp),
            request.environment,
            request.route,
            request.host,
            request.release,
            request.status,
            request.error_code,
        )
        for request in requests
    )


def by_caller(
    requests: Iterable[Request], bucket: Callable[[datetime], datetime], least_status: int
) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            bucket(request.timestamp),
            request.environment,
            request.route,
            request.host,
            request.status,
            request.error_code,
            request.customer_id,
            request.caller,
        )
        for request in requests
        if request.status >= least_status
    )


def test_rollups_equal_a_recount(sample_desk: Desk) -> None:
    requests = sample_lines.requests()
    assert counts(sample_desk, "requests_per_minute") == recount(requests, minute_of)
    assert counts(sample_desk, "requests_per_hour") == recount(requests, hour_of)
    assert counts(sample_desk, "errors_per_hour_and_caller") == by_caller(requests, hour_of, 400)
    assert counts(sample_desk, "server_errors_per_minute") == by_caller(requests, minute_of, 500)
    named = [request for request in requests if request.customer_id is not None]
    by_customer = Counter((hour_of(request.timestamp), request.environment, request.customer_id) for request in named)
    assert counts(sample_desk, "requests_per_hour_and_customer") == by_customer


@pytest.mark.parametrize("table", ["requests_per_minute", "requests_per_hour"])
def test_rollups_add_up_the_durations(table: str, sample_desk: Desk) -> None:
    (row,) = sample_desk.store.rows(f"SELECT sum(duration_ms) AS total FROM {table}")
    assert row["total"] == pytest.approx(sum(request.duration_ms or 0 for request in sample_lines.requests()))


def test_lines_with_an_implausible_time_are_in_no_rollup_but_can_be_found(desk: Desk, tmp_path: Path) -> None:
    times = {"req_longAgo1": "1970-01-01T00:00:00Z", "req_farAhead": "2999-12-31T23:59:59Z"}
    lines = [failed_line("invalid_body", 400, request_id=request_id, timestamp=at) for request_id, at in times.items()]
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", lines))])
    tables = (
        "requests_per_minute",
        "requests_per_hour",
        "errors_per_hour_and_caller",
        "requests_per_hour_and_customer",
    )
    for table in tables:
        assert desk.store.rows(f"SELECT * FROM {table}") == []
    for request_id in times:
        (found,) = question("request").rows(desk.store, request_id=request_id)
        assert found["clock_suspect"] is True


def test_a_minute_in_three_files_is_counted_completely(desk: Desk, tmp_path: Path) -> None:
    for n in range(3):
        line = request_line(request_id=f"req_file{n:04}", timestamp=moment(n))
        desk.ingest([str(write_lines(tmp_path / f"{n}.ndjson", [line]))])
    for table in ("requests_per_minute", "requests_per_hour"):
        assert list(counts(desk, table).values()) == [3]
