"""The lines that one program writes about a request are one request with the facts of all of them, in any order."""

import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixeldesk.desk.desk import Desk
from tests.ingest.formats.log_makers import epoch_ms, nginx_line
from tests.log_lines import Line, write_lines

ID = "req_7Qm2xV9cT4"
REFUSED = "dial tcp 10.0.0.2:8080: connect: connection refused"


def fastify(
    seconds: float, request_id: str = ID, status: int = 200, took_ms: float = 4, url: str = "/v1/items", pid: int = 17
) -> list[Line]:
    """Return what Fastify writes about a request: what came in, an error if it failed, and what was answered."""
    process = {"pid": pid, "hostname": "web-1", "reqId": request_id}
    asked = {"method": "POST", "url": url, "host": "localhost:3000", "remoteAddress": "203.0.113.7", "remotePort": 5}
    answered = {"res": {"statusCode": status}}
    error = {
        "type": "TypeError",
        "message": f"kaboom in {url}",
        "stack": "TypeError: kaboom\n    at handler (/a.js:1:2)",
    }
    lines: list[Line] = [
        {"level": 30, "time": epoch_ms(seconds), **process, "req": asked, "msg": "incoming request"},
        {"level": 50, "time": epoch_ms(seconds + took_ms / 1000), **process, "req": asked, **answered, "err": error,
         "msg": error["message"]},
        {"level": 30, "time": epoch_ms(seconds + took_ms / 1000), **process, **answered, "responseTime": took_ms,
         "msg": "request completed"},
    ]  # fmt: skip
    return lines if status >= 500 else [lines[0], lines[2]]


def caddy(seconds: float, port: int = 5000, uri: str = "/v1/pixels", **request: Any) -> list[Line]:
    """Return what Caddy writes about a request that it cannot pass on: its error, and its access line."""
    asked = {
        "remote_ip": "203.0.113.7",
        "remote_port": str(port),
        "method": "GET",
        "host": "api.example.com",
        "uri": uri,
    }
    shared = {"level": "error", "request": {**asked, **request}, "status": 502}
    ts = epoch_ms(seconds) / 1000
    return [
        {**shared, "ts": ts, "logger": "http.log.error.log0", "msg": REFUSED, "duration": 0.0006,
         "err_id": f"err{port:06}",
         "err_trace": "reverseproxy.statusError"},
        {**shared, "ts": ts + 0.0002, "logger": "http.log.access.log0", "msg": "handled request", "duration": 0.0007,
         "size": 0},
    ]  # fmt: skip


def ingest(desk: Desk, folder: Path, *files: Iterable[Line]) -> None:
    """Read each file in a transaction of its own."""
    for lines in files:
        number = len(list(folder.glob("*.log")))
        desk.ingest([str(write_lines(folder / f"{number}.log", lines))])


def requests(desk: Desk) -> list[dict[str, Any]]:
    """Return the requests in time order, after checking that the rollups agree with them."""
    by_code = "error_code, route, count(*) AS n FROM requests GROUP BY ALL ORDER BY ALL"
    rolled = "error_code, route, sum(requests) AS n FROM requests_per_minute GROUP BY ALL ORDER BY ALL"
    assert desk.store.rows(f"SELECT {by_code}") == desk.store.rows(f"SELECT {rolled}")
    return desk.store.rows(
        """SELECT request_id, method, path, status, duration_ms, client_ip, error_code, error_message
        FROM requests ORDER BY timestamp, request_id, path"""
    )


def count(desk: Desk, table: str) -> int:
    return int(desk.store.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])


def whole(request_id: str = ID, status: int = 200, took_ms: float = 4.0, url: str = "/v1/items") -> dict[str, Any]:
    """Return the row of a request of `fastify`."""
    return {
        "request_id": request_id,
        "method": "POST",
        "path": url,
        "status": status,
        "duration_ms": took_ms,
        "client_ip": "203.0.113.7",
        "error_code": None,
        "error_message": f"kaboom in {url}" if status >= 500 else None,
    }


FAILED = fastify(0, status=503)
ORDERS = list(itertools.permutations(range(3)))


def in_each_order(lines: Sequence[tuple[Line, ...]]) -> list[list[Line]]:
    """Return three files: for each order of three, the lines of that request, the first of them in the first file."""
    return [[lines[number][order[file]] for number, order in enumerate(ORDERS)] for file in range(3)]


def test_lines_in_files_of_their_own_are_one_request(desk: Desk, tmp_path: Path) -> None:
    ids = [f"req_order{number:05}" for number in range(6)]
    ingest(desk, tmp_path, *in_each_order([tuple(fastify(number, ids[number], 503)) for number in range(6)]))
    assert requests(desk) == [whole(request_id, 503) for request_id in ids]
    assert count(desk, "second_lines") == 6
    assert all(len(desk.lookup(request_id).found[0].lines) == 3 for request_id in ids)
    assert count(desk, "waiting_lines") == 0


def test_lines_in_one_file_are_one_request_and_none_waits_afterwards(desk: Desk, tmp_path: Path) -> None:
    first, second, slow = (
        fastify(0, "req_first00001"),
        fastify(0.001, "req_second0001", 500),
        fastify(0, "req_slow000001"),
    )
    slow[1]["time"] += 90_000  # type: ignore[index, operator, call-overload]
    slow[1]["responseTime"] = 90_004  # type: ignore[index]
    mixed = [first[0], slow[0], second[0], second[1], first[1], second[2], slow[1]]
    ingest(desk, tmp_path, mixed)
    assert requests(desk) == [
        whole("req_first00001"), whole("req_second0001", 500), whole("req_slow000001", took_ms=90_004)
    ]  # fmt: skip
    (card,) = desk.lookup("req_second0001").found
    assert (card.method, card.path, card.error.message) == ("POST", "/v1/items", "kaboom in /v1/items")
    assert [line["msg"] for line in card.as_json()["lines"]] == [
        "incoming request", "kaboom in /v1/items", "request completed"
    ]  # fmt: skip
    assert count(desk, "waiting_lines") == 0


def test_two_whole_lines_of_one_client_sent_id_stay_two_requests(desk: Desk, tmp_path: Path) -> None:
    slow = fastify(0, took_ms=5000, url="/first")
    again = fastify(2, status=503, took_ms=100, url="/again")
    ingest(desk, tmp_path, [slow[0], *again, *slow[1:]])
    assert requests(desk) == [
        whole(status=503, took_ms=100, url="/again"),
        whole(took_ms=5000, url="/first"),
    ]
    assert count(desk, "second_lines") == 1


def test_a_remark_without_an_access_line_stays_the_request(desk: Desk, tmp_path: Path) -> None:
    ingest(desk, tmp_path, FAILED[:2], [fastify(600, status=500)[-1]])
    assert [row["status"] for row in requests(desk)] == [503, 500]
    assert requests(desk)[0] == {**whole(status=503), "duration_ms": None}


def test_of_lines_without_a_duration_the_one_without_an_error_is_the_access_line(desk: Desk, tmp_path: Path) -> None:
    for line in (remark := FAILED[1], access := fastify(0.001, status=503)[2]):
        line.pop("responseTime", None)  # type: ignore[union-attr]
    ingest(desk, tmp_path, [remark, access])
    assert requests(desk) == [{**whole(status=503), "duration_ms": None}]


def test_an_error_level_event_is_the_error_of_a_request_that_has_none(desk: Desk, tmp_path: Path) -> None:
    arrived, answered = fastify(0, took_ms=3)
    logged = {"level": 50, "time": epoch_ms(0.002), "pid": 17, "hostname": "web-1", "reqId": ID, "msg": "no connection"}
    ingest(desk, tmp_path, [arrived, logged, {**answered, "res": {"statusCode": 500}}])  # type: ignore[dict-item]
    assert requests(desk)[0]["error_message"] == "no connection"
    ingest(desk, tmp_path, [{**logged, "reqId": "req_ok00000001"}, *fastify(0, "req_ok00000001")])
    assert [row["error_message"] for row in requests(desk)] == ["no connection", None]


def test_a_line_that_names_no_host_is_of_the_host_that_answered(desk: Desk, tmp_path: Path) -> None:
    first, second = fastify(0, "req_first00001", 503), fastify(1, "req_second0001", 503)
    for line in (first[0], first[1], second[2]):
        del line["hostname"]  # type: ignore[union-attr]
    of_another_host = {**FAILED[1], "hostname": "web-2", "reqId": "req_first00001"}  # type: ignore[dict-item]
    ingest(desk, tmp_path, [*first, of_another_host, *second])
    assert [row["duration_ms"] for row in requests(desk)] == [4, None, 4]
    assert [row for row in requests(desk) if row["duration_ms"]] == [
        whole("req_first00001", 503),
        whole("req_second0001", 503),
    ]


def test_the_error_line_and_the_access_line_of_caddy_are_one_request(desk: Desk, tmp_path: Path) -> None:
    error, access = caddy(0)
    again = [line for n in range(3) for line in caddy(10 + n / 1000)]
    # The access line is in another file, read first or last.
    ingest(desk, tmp_path, [error], [access], again[1::2], again[::2])
    found = requests(desk)
    assert [(row["status"], row["error_message"]) for row in found] == [(502, REFUSED)] * 4
    assert count(desk, "second_lines") == 4
    (card,) = [card for card in desk.lookup("err005000").found if card.request_id == found[0]["request_id"]]
    assert len(card.lines) == 2


def test_caddys_lines_with_an_id_are_one_request_beside_the_applications(desk: Desk, tmp_path: Path) -> None:
    ingest(desk, tmp_path, caddy(0, headers={"X-Request-Id": [ID]}), fastify(0, status=502))
    assert requests(desk) == [whole(status=502)]
    assert len(desk.lookup(ID).found[0].lines) == 5


def test_fastify_behind_nginx_is_one_request_with_all_lines(desk: Desk, tmp_path: Path) -> None:
    ids = [f"req_order{number:05}" for number in range(6)]
    of_each = [(fastify(n, ids[n], 503), nginx_line(n + 0.005, request_id=ids[n], status="503")) for n in range(6)]
    files = in_each_order([(lines[1], lines[2], nginx) for lines, nginx in of_each])
    ingest(desk, tmp_path, [lines[0] for lines, _ in of_each], *files)
    assert requests(desk) == [whole(request_id, 503) for request_id in ids]
    assert count(desk, "second_lines") == 12
    assert all(len(desk.lookup(request_id).found[0].lines) == 4 for request_id in ids)


def test_an_id_that_a_process_counts_names_a_request_of_each_life(desk: Desk, tmp_path: Path) -> None:
    lives = [fastify(4 * life, f"req-{n}", url=f"/{life}/{n}", pid=1) for life in range(3) for n in (1, 2)]
    ingest(desk, tmp_path, *(itertools.chain(*lives[2 * life : 2 * life + 2]) for life in range(3)))
    assert sorted(row["path"] for row in requests(desk)) == ["/0/1", "/0/2", "/1/1", "/1/2", "/2/1", "/2/2"]
    assert count(desk, "contradictory_requests") == 0
    assert [card.path for card in desk.lookup("req-1").found] == ["/0/1", "/1/1", "/2/1"]
    assert desk.lookup("1").found == ()


def test_an_access_line_that_is_withdrawn_is_joined_again(desk: Desk, tmp_path: Path) -> None:
    ingest(desk, tmp_path, FAILED[:2])
    path = write_lines(tmp_path / "access", FAILED[2:])
    path.write_bytes(path.read_bytes()[:-1])
    desk.ingest([str(path)])
    assert requests(desk) == [whole(status=503)]
    ingest(desk, tmp_path, fastify(5, "req_another001"))
    with path.open("ab") as file:
        file.write(b"\n" + json.dumps(fastify(9, "req_further001")[0]).encode() + b"\n")
    desk.ingest([str(path)])
    assert requests(desk) == [whole(status=503), whole("req_another001")]
    assert (count(desk, "second_lines"), count(desk, "waiting_lines")) == (1, 1)


def test_ten_thousand_requests_of_fastify_are_ten_thousand(desk: Desk, tmp_path: Path) -> None:
    of_each = [fastify(n / 100, f"req_n{n:07}", 500 if n % 10 == 0 else 200, url=f"/v1/{n}") for n in range(10_000)]
    # Ten at a time: their lines are mixed.
    lines = [
        line
        for first in range(0, 10_000, 10)
        for line in sorted(itertools.chain(*of_each[first : first + 10]), key=lambda line: line["time"])  # type: ignore[index, call-overload]
    ]
    ingest(desk, tmp_path, lines)
    expected = [whole(f"req_n{n:07}", 500 if n % 10 == 0 else 200, url=f"/v1/{n}") for n in range(10_000)]
    assert requests(desk) == expected
    assert count(desk, "waiting_lines") == 0


_EXAMPLE = itertools.count()


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[list[Line]]]:
    """Draw requests, and the files that their lines are delivered in: each file in any order, cut anywhere."""
    example = next(_EXAMPLE)
    rows, lines = [], []
    for n in range(draw(st.integers(1, 5))):
        counted = draw(st.booleans())
        # A process that counts its requests lives for a minute.
        seconds = 600 * example + (60 * n if counted else draw(st.sampled_from([0, 0.002, 0.5, 1])))
        request_id = "req-1" if counted else f"req_e{example:05}{n}"
        status, took_ms = draw(st.sampled_from([200, 404, 500, 503])), draw(st.sampled_from([1.0, 40.0, 3000.0]))
        url = f"/{example}/{n}"
        lines += fastify(seconds, request_id, status, took_ms, url)
        rows.append(whole("web-1:17:req-1" if counted else request_id, status, took_ms, url))
    shuffled = draw(st.permutations(lines))
    cuts = sorted(draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    files = [shuffled[start:end] for start, end in itertools.pairwise([0, *cuts, len(lines)])]
    return rows, [file for file in files if file]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries())
def test_any_order_and_any_cut_give_the_same_requests(
    desk: Desk, tmp_path: Path, drawn: tuple[list[dict[str, Any]], list[list[Line]]]
) -> None:
    rows, files = drawn
    ingest(desk, tmp_path, *files)
    paths = {row["path"] for row in rows}
    found = [row for row in requests(desk) if row["path"] in paths]
    assert sorted(found, key=lambda row: row["path"]) == sorted(rows, key=lambda row: row["path"])
    assert not [row for row in requests(desk) if row["path"] is None]
    assert count(desk, "waiting_lines") == 0
