"""The lines of one request from several seats are counted once and all on its card, whatever their order."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from pixeldesk.desk.desk import Desk
from tests.ingest.formats.log_makers import nginx_line, pino_line, vercel_line
from tests.log_lines import Line, request_line, write_lines
from tests.whole_store import differences


def counted(desk: Desk) -> list[tuple[str, int]]:
    """Return the counted requests, after checking that the rollups agree."""
    requests = desk.store.rows("SELECT request_id, status FROM requests ORDER BY ALL")
    (rolled,) = desk.store.rows("SELECT coalesce(sum(requests), 0) AS n FROM requests_per_minute")
    assert rolled["n"] == len(requests)
    return [(row["request_id"], row["status"]) for row in requests]


def second_lines(desk: Desk) -> int:
    return int(desk.store.rows("SELECT count(*) AS n FROM second_lines")[0]["n"])


def ingest(desk: Desk, folder: Path, *files: list[Line]) -> None:
    for number, lines in enumerate(files):
        desk.ingest([str(write_lines(folder / f"{number}-{len(lines)}.log", lines))])


def card(desk: Desk, text: str) -> dict[str, Any]:
    (found,) = desk.lookup(text).found
    return found.as_json()


PROXY: list[Line] = [nginx_line(0.02, status="502", http_x_request_id="req_client01")]
APPLICATION: list[Line] = [request_line(status=503)]


@pytest.mark.parametrize("files", [[PROXY, APPLICATION], [APPLICATION, PROXY], [[*PROXY, *PROXY], APPLICATION]])
def test_the_proxy_and_the_application_are_one_request(desk: Desk, tmp_path: Path, files: list[list[Line]]) -> None:
    ingest(desk, tmp_path, *files)
    assert counted(desk) == [("req_7Qm2xV9cT4", 503)]
    found = card(desk, "req_7Qm2xV9cT4")
    assert found["status"] == 503
    assert [line["status"] for line in found["lines"]] == [503, "502"]


def test_the_proxy_and_the_application_are_one_request_in_one_ingest_too(desk: Desk, tmp_path: Path) -> None:
    write_lines(tmp_path / "logs" / "a.log", PROXY)
    write_lines(tmp_path / "logs" / "b.log", APPLICATION)
    report = desk.ingest([str(tmp_path / "logs")])
    assert (report.lines, report.requests, report.events) == (2, 1, 1)
    assert differences(desk.store) == {}
    assert counted(desk) == [("req_7Qm2xV9cT4", 503)]


def test_a_line_that_is_found_to_be_a_second_one_later_counts_as_a_request_no_more(desk: Desk, tmp_path: Path) -> None:
    first = desk.ingest([str(write_lines(tmp_path / "a.log", PROXY))])
    second = desk.ingest([str(write_lines(tmp_path / "b.log", APPLICATION))])
    assert (first.requests, second.requests) == (1, 1)
    assert differences(desk.store) == {}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_another_id_of_the_same_request_joins_them(desk: Desk, tmp_path: Path, order: tuple[int, ...]) -> None:
    caddy = {
        "level": "info", "ts": 1794830400.5, "logger": "http.log.access", "msg": "handled request", "status": 502,
        "request": {"method": "GET", "uri": "/", "headers": {"X-Request-Id": ["edge-0123456789abcdef"]}},
    }  # fmt: skip
    nginx = nginx_line(0.4, request_id="nginx-0123456789abcdef", http_x_request_id="edge-0123456789abcdef")
    pino = pino_line(0.3, "app-0123456789abcdef")
    pino["req"]["headers"] = {"x-request-id": "nginx-0123456789abcdef"}
    files: list[list[Line]] = [[caddy], [nginx], [pino]]
    ingest(desk, tmp_path, *(files[index] for index in order))
    ids = ["app-0123456789abcdef", "nginx-0123456789abcdef", "edge-0123456789abcdef"]
    assert counted(desk) == [(ids[0], 200)]
    for request_id in ids:
        found = card(desk, request_id)
        assert (found["request_id"], found["found_by"], len(found["lines"])) == (ids[0], request_id, 3)


@pytest.mark.parametrize("together", [True, False])
def test_a_repeated_call_with_the_same_id_is_a_request_of_its_own(desk: Desk, tmp_path: Path, together: bool) -> None:
    first, second = nginx_line(0.02), nginx_line(5.02, status="504")
    ingest(desk, tmp_path, [first, second] if together else [first], [request_line()], [] if together else [second])
    assert counted(desk) == [("req_7Qm2xV9cT4", 200), ("req_7Qm2xV9cT4", 504)]


def test_two_requests_of_the_application_stay_two(desk: Desk, tmp_path: Path) -> None:
    ingest(desk, tmp_path, [request_line(), request_line(duration_ms=1)], [nginx_line(0.01)])
    assert counted(desk) == [("req_7Qm2xV9cT4", 200)] * 2
    assert second_lines(desk) == 1


def test_the_same_id_on_another_day_is_another_request(desk: Desk, tmp_path: Path) -> None:
    ingest(desk, tmp_path, [request_line()], [nginx_line(86400)])
    assert len(counted(desk)) == 2


def test_the_same_id_five_minutes_later_is_another_request(desk: Desk, tmp_path: Path) -> None:
    ingest(desk, tmp_path, [request_line()], [nginx_line(300)])
    assert len(counted(desk)) == 2


def test_lines_of_a_long_request_are_found_within_its_duration(desk: Desk, tmp_path: Path) -> None:
    ingest(desk, tmp_path, [request_line(duration_ms=240_000)], [nginx_line(230, request_time="240.1")])
    assert len(counted(desk)) == 1


def test_a_trace_joins_nothing_and_finds_all(desk: Desk, tmp_path: Path) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    lines: list[Line] = [pino_line(n, f"call-0123456789abcde{n}", trace_id=trace) for n in range(3)]
    ingest(desk, tmp_path, lines, [nginx_line(0.1, request_id="edge-0123456789abcdef", trace_id=trace)])
    assert len(counted(desk)) == 4
    assert len(desk.lookup(trace).found) == 4


def test_every_line_of_a_platform_repeats_the_request(desk: Desk, tmp_path: Path) -> None:
    lines: list[Line] = [vercel_line(n / 10, message=f"step {n}") for n in range(4)]
    last = vercel_line(0.5, message="REPORT RequestId: 94bfce28-30d9-46bf-8553-bb81de2ed082 Duration: 217 ms")
    ingest(desk, tmp_path, lines[:2], [*lines[2:], last])
    assert counted(desk) == [("643af4e3-975a-4cc7-9e7a-1eda11539d90", 200)]
    found = card(desk, "643af4e3-975a-4cc7-9e7a-1eda11539d90")
    assert found["duration_ms"] == 217.0
    assert len(found["lines"]) == 5


def test_the_application_inside_the_platform_takes_precedence(desk: Desk, tmp_path: Path) -> None:
    inner = pino_line(0.2, "req_7Qm2xV9cT4")
    inner["res"]["statusCode"] = 403
    lines: list[Line] = [vercel_line(0.1), vercel_line(0.2, message=json.dumps(inner))]
    for line in lines:
        line["requestId"] = "req_7Qm2xV9cT4"  # type: ignore[index]
    ingest(desk, tmp_path, lines)
    assert counted(desk) == [("req_7Qm2xV9cT4", 403)]


def test_second_lines_are_not_stored_twice(desk: Desk, tmp_path: Path) -> None:
    ingest(desk, tmp_path, PROXY, APPLICATION)
    again = desk.ingest([str(write_lines(tmp_path / "again.log", [*PROXY, *PROXY]))])
    assert again.duplicates == 2
    assert (len(counted(desk)), second_lines(desk)) == (1, 1)


def test_a_line_that_is_withdrawn_gives_its_second_lines_back(desk: Desk, tmp_path: Path) -> None:
    ingest(desk, tmp_path, PROXY)
    path = write_lines(tmp_path / "app.log", APPLICATION)
    path.write_bytes(path.read_bytes()[:-1])
    desk.ingest([str(path)])
    assert counted(desk) == [("req_7Qm2xV9cT4", 503)]
    with path.open("ab") as file:
        file.write(b" and more\n")
    assert desk.ingest([str(path)]).quarantined == 1
    assert counted(desk) == [("req_7Qm2xV9cT4", 502)]
    assert second_lines(desk) == 0


def test_many_lines_of_one_id_cost_no_more_than_others(desk: Desk, tmp_path: Path) -> None:
    proxy: list[Line] = [nginx_line(n / 1000, remote_port=n) for n in range(4000)]
    ingest(desk, tmp_path, proxy, [request_line(duration_ms=n) for n in range(4000)])
    assert len(counted(desk)) + second_lines(desk) == 8000


def test_the_columns_of_second_lines_are_those_of_requests(desk: Desk) -> None:
    def columns(table: str) -> list[str]:
        sql = f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{table}'"
        return [f"{row['column_name']} {row['data_type']}" for row in desk.store.rows(sql)]

    of_its_own = {"first_source_id INTEGER", "first_line_number BIGINT"}
    assert set(columns("second_lines")) == set(columns("requests")) | of_its_own


def test_lines_under_the_counter_of_a_process_are_on_the_card(desk: Desk, tmp_path: Path) -> None:
    request = pino_line(0.5)
    request["req"] = {"id": 17, "method": "GET", "url": "/", "headers": {"x-request-id": "req_7Qm2xV9cT4"}}
    logged = {"level": 40, "time": request["time"], "pid": 4711, "hostname": "web-1", "reqId": 17, "msg": "no"}
    another = {**logged, "pid": 4712, "msg": "of another process"}
    ingest(desk, tmp_path, [logged, another, request])
    assert [line["msg"] for line in card(desk, "req_7Qm2xV9cT4")["lines"]] == ["no", "request completed"]
    assert desk.lookup("17").found == ()


def test_an_id_shared_by_several_customers_tells_neither_of_the_other(desk: Desk, tmp_path: Path) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    lines: list[Line] = [
        pino_line(
            n, f"call-0123456789abcde{n}", trace_id=trace, customer_id=f"cus_000{n}", error={"code": "invalid_body"}
        )
        for n in range(2)
    ]
    ingest(desk, tmp_path, lines)
    assert len(desk.lookup(trace).found) == 2
    assert "call-" not in desk.lookup(trace).reply
    one = "call-0123456789abcde0"
    for text in (f"request id: {one}, request id: {trace}", f"request id: {trace}, request id: {one}"):
        both = desk.lookup(text)
        assert len(both.found) == 2
        assert "call-0123456789abcde0" in both.reply
        assert "call-0123456789abcde1" not in both.reply
