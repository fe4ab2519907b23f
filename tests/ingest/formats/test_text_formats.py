"""Lines of text as programs, container runtimes and proxies write them, alone, around JSON, and mixed with others."""

import json
from pathlib import Path

import pytest

from pixeldesk.desk.desk import Desk
from tests.ingest.formats.log_makers import nginx_line, pino_line
from tests.whole_store import differences

COMBINED = '203.0.113.9 - - [16/Nov/2026:12:00:0{n} +0000] "GET /v1/items?page={n} HTTP/1.1" 429 8 "-" "curl/8.17.0"'
ACCESS = [COMBINED.format(n=n) for n in range(4)]
PINO = [json.dumps(pino_line(n, f"req_Text{n:06}")) for n in range(4)]
UVICORN = [f'INFO:     203.0.113.9:5946{n} - "GET /v1/items?page={n} HTTP/1.1" 200 OK' for n in range(4)]
TIME = "2026-11-16T12:00:00.123456Z"


def read(desk: Desk, tmp_path: Path, lines: list[str]) -> tuple[list[str], dict[str, int]]:
    """Read lines as a file; return the names of its formats, and its lines by outcome."""
    (tmp_path / "a.log").write_text("".join(f"{line}\n" for line in lines))
    report = desk.ingest([str(tmp_path / "a.log")])
    assert report.lines == sum(report.lines_by_outcome().values())
    assert differences(desk.store) == {}
    formats = [part for name in report.formats for part in name.split("+")]
    return formats, {name: count for name, count in report.lines_by_outcome().items() if count}


BEFORE = {
    "compose": "web-1  | {}",
    "compose with colours": "\x1b[36mweb-1  |\x1b[0m {}",
    "kubectl --prefix": "[pod/api-7d9f5c6b8-x2x4z/api] {}",
    "kubectl --prefix --timestamps": "[pod/api-7d9f5c6b8-x2x4z/api] 2026-11-16T12:00:00.123456789Z {}",
    "kubectl --timestamps": "2026-11-16T12:00:00.123456789Z {}",
    "CRI": "2026-11-16T12:00:00.123456789Z stdout F {}",
    "RFC 3164": "<134>Nov 16 12:00:00 web-1 api[4711]: {}",
    "RFC 3164 without PRI": "Nov  6 12:00:00 web-1 api: {}",
    "@cee": "Nov 16 12:00:00 web-1 api[4711]: @cee: {}",
    "rsyslog": "2026-11-16T12:00:00.123456+01:00 web-1 api[4711]: {}",
    "RFC 5424": '<134>1 2026-11-16T12:00:00.123Z web-1 api 4711 - [meta a="b\\"c]d"] {}',
    "Heroku": "2026-11-16T12:00:00.123456+00:00 app[web.1]: {}",
    "Heroku's drain": "180 <40>1 2026-11-16T12:00:00+00:00 host app web.1 - {}",
    "pm2": "0|api  | {}",
    "pm2 --time": "12|api-worker | 2026-11-16T12:00:00: {}",
    "aws logs tail": "2026-11-16T12:00:00.123000+00:00 2026/11/16/[$LATEST]5f0c3b1e9a7d2c44 {}",
    "Fluentd's file": "2026-11-16T12:00:00+00:00\tdocker.api\t{}",
    "Lambda": "2026-11-16T12:00:00.123Z\tc793869b-ee49-115b-a5b6-4fd21e8dedac\tINFO\t{}",
    "a level": "INFO: {}",
    "a level and a logger": "ERROR:root:{}",
    "colours": "\x1b[32m{}\x1b[0m",
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_text_before_json(desk: Desk, tmp_path: Path, before: str) -> None:
    formats, outcomes = read(desk, tmp_path, [before.replace("{}", line) for line in PINO])
    assert (len(formats), outcomes) == (1, {"requests": 4})
    stored = desk.store.rows("SELECT request_id, path, duration_ms FROM requests ORDER BY request_id")
    assert [row["request_id"] for row in stored] == [f"req_Text{n:06}" for n in range(4)]
    assert {(row["path"], row["duration_ms"]) for row in stored} == {("/pixel/pipes/top_pages?days=7", 12)}


@pytest.mark.parametrize("before", ["", "web-1  | ", f"{TIME} stdout F ", "[pod/a/b] ", "Nov 16 12:00:00 lb-1 nginx: "])
def test_a_file_may_mix_text_and_json(desk: Desk, tmp_path: Path, before: str) -> None:
    lines = [f"{before}{line}" for pair in zip(ACCESS, PINO, strict=True) for line in pair]
    formats, outcomes = read(desk, tmp_path, lines)
    assert outcomes == {"requests": 8}
    assert {name.split("/")[-1] for name in formats} == {"combined", "pino"}
    paths = desk.store.rows("SELECT path, count(*) AS requests FROM requests WHERE status = 429 GROUP BY path")
    assert {row["path"]: row["requests"] for row in paths} == {f"/v1/items?page={n}": 1 for n in range(4)}


def test_a_pod_with_nginx_in_json_and_node(desk: Desk, tmp_path: Path) -> None:
    nginx = [json.dumps(nginx_line(n, request_id=f"req_Nginx{n:05}")) for n in range(4)]
    lines = [f"{TIME} stdout F {line}" for pair in zip(nginx, PINO, strict=True) for line in pair]
    formats, outcomes = read(desk, tmp_path, [*lines, f"{TIME} stderr F listening on 8080"])
    assert outcomes == {"requests": 8, "events": 1}
    assert set(formats) == {"cri/nginx", "cri/pino"}


def test_a_burst_of_equal_lines_counts_in_full(desk: Desk, tmp_path: Path) -> None:
    _, outcomes = read(desk, tmp_path, [ACCESS[0]] * 300)
    assert outcomes == {"requests": 300}


def test_requests_without_a_time_of_their_own_have_that_of_the_envelope(desk: Desk, tmp_path: Path) -> None:
    formats, outcomes = read(desk, tmp_path, [f"{TIME} stdout F {line}" for line in UVICORN])
    assert (formats, outcomes) == (["cri/uvicorn"], {"requests": 4})
    (row,) = desk.store.rows("SELECT DISTINCT timestamp::VARCHAR AS time FROM requests")
    assert row["time"] == "2026-11-16 12:00:00.123456"


@pytest.mark.parametrize("before", ["", "web-1  | "])
def test_requests_without_a_time_are_refused_as_a_whole(desk: Desk, tmp_path: Path, before: str) -> None:
    (tmp_path / "a.log").write_text("".join(f"{before}{line}\n" for line in UVICORN * 3))
    report = desk.ingest([str(tmp_path / "a.log")])
    assert report.lines == 0
    (problem,) = report.not_understood
    assert "its lines have no time" in problem
    assert "uvicorn access log" in problem
    assert "\n" not in problem


AT = "[16/Nov/2026:12:00:00 +0000]"
LINES_OF_A_SERVER = {
    "common": f'203.0.113.9 - frank {AT} "POST /x?a=b HTTP/1.0" 503 2326',
    "nginx's main": COMBINED.format(n=0).replace("429", "503").replace("GET /v1/items?page=0", "POST /x?a=b")
    + ' "198.51.100.7, 10.0.0.1"',
    "IPv6": f'2001:db8::7 - - {AT} "POST /x?a=b HTTP/2.0" 503 0 "-" "-"',
    "a user with blanks": f'203.0.113.9 - jo doe {AT} "POST /x?a=b HTTP/1.1" 503 0 "-" "-"',
    "an absolute address": f'203.0.113.9 - - {AT} "POST http://a.b/x?a=b HTTP/1.1" 503 0 "-" "-"',
    "a request time": f'203.0.113.9 - - {AT} "POST /x?a=b HTTP/1.1" 503 0 "-" "a \\"b\\" c" 0.012',
    "Werkzeug": '203.0.113.9 - - [16/Nov/2026 12:00:00] "\x1b[35m\x1b[1mPOST /x?a=b HTTP/1.1\x1b[0m" 503 -',
    "HAProxy behind syslog": "<134>Nov 16 12:00:00 lb haproxy[7]: 203.0.113.9:33317 [16/Nov/2026:12:00:00.155] in~ "
    'api/s1 10/0/30/69/109 503 2750 - - ---- 1/1/1/1/0 0/0 "POST /x?a=b HTTP/1.1"',
    "Heroku's router in a drain": "263 <158>1 2026-11-16T12:00:00+00:00 host heroku router - at=error code=H12 "
    'desc="Request timeout" method=POST path="/x?a=b" host=a.b request_id=r-1 fwd="203.0.113.9" dyno=web.1 connect=0ms '
    "service=30000ms status=503 bytes=0 protocol=https",
    "logfmt": 'ts=2026-11-16T12:00:00Z level=info msg="a \\"b\\"" method=POST path="/x?a=b" status=503 duration=12ms',
    "logfmt in Docker": json.dumps(
        {"log": 'level=info msg=done method=POST path="/x?a=b" status=503\n', "stream": "stderr", "time": TIME}
    ),
}


@pytest.mark.parametrize("line", LINES_OF_A_SERVER.values(), ids=LINES_OF_A_SERVER)
def test_a_line_of_an_access_log(desk: Desk, tmp_path: Path, line: str) -> None:
    assert read(desk, tmp_path, [line])[1] == {"requests": 1}
    (row,) = desk.store.rows("SELECT method, path, status, epoch(timestamp)::BIGINT AS time FROM requests")
    assert (row["method"], row["path"], row["status"], row["time"]) == ("POST", "/x?a=b", 503, 1_794_830_400)


NO_REQUEST_LINE = [
    f'203.0.113.9 - - {AT} "-" 408 0 "-" "-"',
    f'203.0.113.9 - - {AT} "" 400 0 "-" "-"',
    f'203.0.113.9 - - {AT} "\\x16\\x03\\x01\\x02\\x00\\x01\\"" 400 157 "-" "-"',
]


def test_what_is_no_request_is_one_all_the_same(desk: Desk, tmp_path: Path) -> None:
    assert read(desk, tmp_path, NO_REQUEST_LINE)[1] == {"requests": 3}
    rows = desk.store.rows("SELECT DISTINCT method, path FROM requests")
    assert rows == [{"method": None, "path": None}]
