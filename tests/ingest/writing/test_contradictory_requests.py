"""Requests that contradict the API's promises are recorded as they are stored, in whatever order lines arrive."""

import random
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.contradiction_recount import Noted, noted
from tests.log_lines import as_bytes, failed_line, moment, request_line, write_lines

HOUR_S = 3600.0


def mixed_lines() -> list[dict[str, Any]]:
    """Return lines of two callers at the rate limit around a full hour, one of them slow, with reused ids and 503s."""
    chance = random.Random(5)
    lines = []
    for number in range(360):
        fields: dict[str, Any] = {
            "timestamp": moment(HOUR_S + chance.uniform(-70, 50)),
            "request_id": f"req_mix{chance.choice([number, number % 40, number])}",
            "customer_id": chance.choice(["cus_fast", "cus_slow"]),
            "environment": chance.choice(["production"] * 5 + ["preview"]),
            "duration_ms": chance.choice([3.4, 40.0, 9000.5, 120_000.0, None]),
        }
        status = chance.choice([200, 200, 200, 200, 429, 503])
        if status == 200:
            lines.append(request_line(**fields))
        else:
            wait = chance.choice([None, 30])
            lines.append(failed_line("whatever", status, **fields) | {"response": {"retry_after_s": wait}})
    return lines


MIXED = mixed_lines()


def found(desk: Desk) -> list[Noted]:
    rows = desk.store.rows("SELECT kind, timestamp, environment, request_id FROM contradictory_requests")
    return sorted(((row["kind"], row["timestamp"], row["environment"], row["request_id"]) for row in rows), key=repr)


@pytest.fixture(scope="module", params=["few", "many"])
def however_many(request: pytest.FixtureRequest) -> Iterator[None]:
    """Find ids by the index, or by one scan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pixeldesk.ingest.writing.reused_ids._FEW", 5000 if request.param == "few" else 0)
        yield


@pytest.mark.usefixtures("however_many")
@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(lines=st.permutations(MIXED), cuts=st.sets(st.integers(1, len(MIXED) - 1), max_size=3))
def test_the_result_depends_neither_on_order_nor_on_batches(lines: Sequence[dict[str, Any]], cuts: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        own = Settings(db=Path(folder) / "x.duckdb")
        store = open_store(own)
        desk = Desk(own, store)
        for start, past in pairwise([0, *sorted(cuts), len(lines)]):
            desk.ingest([str(write_lines(Path(folder) / f"{start}.ndjson", lines[start:past]))])
        assert found(desk) == noted(MIXED)
        store.close()


def test_the_mixed_lines_have_each_kind() -> None:
    kinds = [kind for kind, *_ in noted(MIXED)]
    refused = sum(line["status"] == 429 for line in MIXED)
    assert 0 < kinds.count("limited_too_soon") < refused
    assert kinds.count("reused_request_id") > 20 and kinds.count("no_retry_after") > 5


@pytest.mark.parametrize(("earlier", "after"), [(58, ["limited_too_soon"]), (59, [])])
@pytest.mark.parametrize(
    ("late", "refused"),
    [
        # Each with the time of its answer, in seconds after noon, and its duration in seconds.
        ((100, 50), (59, 0)),
        ((59, 0), (65, 0)),
        ((59, 0), (177, 59)),
    ],
    ids=["in the minute after the 429", "in the minute before", "two minutes before"],
)
def test_a_request_that_arrives_late_counts_for_a_429_of_another_minute(
    late: tuple[float, float],
    refused: tuple[float, float],
    earlier: int,
    after: list[str],
    desk: Desk,
    tmp_path: Path,
) -> None:
    at, took = refused
    began = moment(at - took)
    others = [request_line(request_id=f"req_early{n}", timestamp=began, duration_ms=0) for n in range(earlier)]
    limited = failed_line("limit", 429, request_id="req_limited", timestamp=moment(at), duration_ms=1000 * took)
    last = request_line(request_id="req_late", timestamp=moment(late[0]), duration_ms=1000 * late[1])
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", [*others, limited]))])
    assert [kind for kind, *_ in found(desk)] == ["limited_too_soon"]
    desk.ingest([str(write_lines(tmp_path / "b.ndjson", [last]))])
    assert [kind for kind, *_ in found(desk)] == after


@pytest.mark.usefixtures("however_many")
def test_a_last_line_that_grows_is_judged_again(desk: Desk, tmp_path: Path) -> None:
    shared = [request_line(request_id="req_shared"), request_line(request_id="req_shared", timestamp=moment(5))]
    again = failed_line("tinybird_error", 503, request_id="req_shared", timestamp=moment(9))
    desk.ingest([str(write_lines(tmp_path / "a.ndjson", shared[:1]))])
    path = tmp_path / "b.ndjson"
    path.write_bytes(as_bytes([shared[1], again]).removesuffix(b"\n"))
    desk.ingest([str(path)])
    assert found(desk) == noted([*shared, again])
    path.write_bytes(as_bytes([shared[1], again]))
    desk.ingest([str(path)])
    assert found(desk) == noted([*shared, again])


@pytest.mark.usefixtures("however_many")
@pytest.mark.parametrize("stored", [0, 2])
def test_a_last_line_that_grew_into_another_no_longer_shares_its_id(stored: int, desk: Desk, tmp_path: Path) -> None:
    others = [request_line(request_id="req_shared", timestamp=moment(5 + number)) for number in range(stored)]
    path = tmp_path / "b.ndjson"
    first = [request_line(request_id="req_alone"), *others, request_line(request_id="req_shared")]
    path.write_bytes(as_bytes(first).removesuffix(b"\n"))
    desk.ingest([str(path), str(write_lines(tmp_path / "a.ndjson", [request_line(request_id="req_shared2")]))])
    path.write_bytes(as_bytes(first).removesuffix(b"\n") + b" and more\n")
    desk.ingest([str(path)])
    assert found(desk) == noted(others)
