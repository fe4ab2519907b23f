"""POST /ingest on a real socket: what is taken, what is refused, and that every line is counted once."""

import copy
import gzip
import hashlib
import hmac
import json
import socket
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import zstandard
from pydantic import Secret

from pixeldesk.desk.desk import Desk
from pixeldesk.ingest.retry import retry
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.ingest.formats.log_makers import nginx_line
from tests.log_lines import as_bytes, event_line, moment, request_line
from tests.patience import wait_until
from tests.server.push.served import SENDER, TOKEN, Client, served
from tests.whole_store import differences

VERIFY = "the-code-of-vercel"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that takes posts, for all tests here: each pushes lines of its own."""
    settings = Settings(
        db=tmp_path_factory.mktemp("push") / "x.duckdb",
        push_tokens=Secret(f"{SENDER}={TOKEN}, drain=another-token-of-sixteen"),
        push_max_bytes=1 << 20,
        push_max_lines=2000,
        push_vercel_verify=VERIFY,
        metrics_token=Secret("a-token-for-metrics"),
    )
    store = open_store(settings)
    yield Desk(settings, store)
    assert differences(store) == {}
    # Every line has a number of its own, also the last one of a body that does not end with a line end.
    sql = """SELECT max(sources.lines) AS numbered, sum(batches.lines) AS counted
        FROM sources JOIN batches USING (source_id) GROUP BY source_id"""
    assert [row for row in store.rows(sql) if row["numbered"] != row["counted"]] == []
    assert {row["source"] for row in Desk(settings, store).query("sources_read") if not row["complete"]} == set()
    store.close()


@pytest.fixture(scope="module")
def client(desk: Desk) -> Iterator[Client]:
    """A sender."""
    with served(desk) as port:
        client = Client(port)
        # So that no test meets a source that begins.
        assert client.post(as_bytes(lines("first", 1))).status == 200
        yield client


def lines(name: str, count: int) -> list[dict[str, Any]]:
    """Good requests with ids of their own."""
    return [request_line(request_id=f"req_{name}{n:06}", timestamp=moment(n)) for n in range(count)]


def stored(desk: Desk, name: str) -> int:
    """How many requests with ids of that name are in the store."""
    sql = "SELECT count(*) AS n FROM requests WHERE starts_with(request_id, $head)"
    return int(desk.store.rows(sql, {"head": f"req_{name}"})[0]["n"])


@pytest.mark.parametrize(
    ("name", "encoding", "packed"),
    [
        ("plain", "", lambda body: body),
        ("noEnd", "identity", lambda body: body.rstrip()),
        ("bom", "", lambda body: b"\xef\xbb\xbf" + body),
        ("gzip", "gzip", gzip.compress),
        ("members", "gzip", lambda body: gzip.compress(body[:999]) + gzip.compress(body[999:])),
        ("unsaid", "", gzip.compress),
        ("deflate", "deflate", zlib.compress),
        ("zstd", "zstd", zstandard.compress),
    ],
)
def test_a_post_is_answered_with_its_counts_once_it_is_stored(
    client: Client, desk: Desk, name: str, encoding: str, packed: Any
) -> None:
    good = lines(name, 3)
    event = event_line(message=name, request_id=good[0]["request_id"])
    body = packed(as_bytes([*good, event, f"no json {name}", good[0], ""]))
    told = client.post(body, **({"Content_Encoding": encoding} if encoding else {}))
    assert told.status == 200, told
    counts = {"lines": 7, "requests": 3, "events": 1, "quarantined": 1, "duplicates": 1, "blank": 1, "unmapped": 0}
    if name == "noEnd":
        counts |= {"lines": 6, "blank": 0}
    assert {key: told.json[key] for key in counts} == counts
    assert stored(desk, name) == 3


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("array", lambda records: json.dumps(records)),
        ("pretty", lambda records: json.dumps(records, indent=2)),
        ("stream", lambda records: "".join(map(json.dumps, records))),
    ],
)
def test_an_array_and_objects_one_after_another_are_lines_too(client: Client, desk: Desk, name: str, body: Any) -> None:
    told = client.post(body(lines(name, 4)).encode())
    assert (told.json["lines"], told.json["requests"]) == (4, 4)
    again = client.post(body(lines(name, 5)).encode())
    assert (again.json["duplicates"], again.json["requests"]) == (4, 1)
    assert stored(desk, name) == 5


def test_an_array_that_ends_in_the_middle_of_an_element_keeps_the_others(client: Client, desk: Desk) -> None:
    body = json.dumps(lines("torn", 3)).encode()[:-30]
    told = client.post(body).json
    assert (told["requests"], told["quarantined"]) == (2, 1)
    # The next post of this sender goes on behind it.
    assert client.post(as_bytes(lines("behind", 2))).json["requests"] == 2
    assert stored(desk, "torn") == 2


def test_a_key_gives_the_same_answer_again(client: Client, desk: Desk) -> None:
    body = as_bytes(lines("key", 5))
    first = client.post(body, Idempotency_Key="k1").json
    assert client.post(body, Idempotency_Key="k1").json == {**first, "replayed": True}
    assert client.post(gzip.compress(body), Idempotency_Key="k1").json == {**first, "replayed": True}
    other = client.post(as_bytes(lines("key", 6)), Idempotency_Key="k1")
    assert (other.status, stored(desk, "key")) == (422, 5)
    assert client.post(body, Idempotency_Key="k2").json["duplicates"] == 5
    elsewhere = Client(client.port, "another-token-of-sixteen").post(body, Idempotency_Key="k1").json
    assert "replayed" not in elsewhere


def test_two_hundred_at_once_are_each_stored_once_and_counted_for_itself(client: Client, desk: Desk) -> None:
    def push(place: int) -> tuple[int, Any]:
        body = as_bytes(lines(f"many{place:03}x", 1 + place % 7))
        if place % 50 == 49:
            told = client.post(gzip.compress(body)[:-9], Content_Encoding="gzip")
        elif place % 2:
            told = client.post(gzip.compress(body), Content_Encoding="gzip", Idempotency_Key=f"many{place // 4}")
        else:
            told = client.post(iter([body[:100], body[100:]]))
        return told.status, told.json

    with ThreadPoolExecutor(200) as pool:
        told = list(pool.map(push, range(200)))
    for place, (status, answer) in enumerate(told):
        if place % 50 == 49:
            assert (status, answer) == (400, {"error": "the body is cut short: its gzip data ends early"})
        elif status == 422:
            assert place % 2
        else:
            assert (status, answer["lines"], answer["requests"]) == (200, 1 + place % 7, 1 + place % 7)
    # Two of each four have the same key and other bodies: one of them is taken.
    assert sum(status == 422 for status, _ in told) == 50 - sum(place % 50 == 49 for place in range(200))
    assert stored(desk, "many") == sum(answer["requests"] for status, answer in told if status == 200)


def test_a_sender_that_dies_within_its_body_leaves_nothing(client: Client, desk: Desk) -> None:
    body = as_bytes(lines("cut", 50))
    head = f"POST /ingest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n"
    before = desk.query("sources_read")
    for kept in (0, 1, 1000, len(body)):
        with socket.create_connection(("127.0.0.1", client.port)) as sender:
            sender.sendall(head.encode() + f"{len(body):x}\r\n".encode() + body[:kept])
            if kept % 2:  # Reset, not closed.
                sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    wait_until(lambda: b'status="499"} 4.0' in client.ask("GET", "/metrics", Authorization=METRICS).body, "four 499")
    assert desk.query("sources_read") == before
    # It comes again, as Vector does it: in pieces of any size.
    told = client.post(iter([body[start : start + 777] for start in range(0, len(body), 777)]))
    assert (told.json["requests"], stored(desk, "cut")) == (50, 50)


METRICS = "Bearer a-token-for-metrics"


@pytest.mark.parametrize(
    ("status", "headers", "body", "says"),
    [
        (401, {"Authorization": "Bearer wrong"}, b"{}", "no sender has this token"),
        (401, {"Authorization": "Basic eDp5"}, b"{}", "no sender has this token"),
        (401, {"Authorization": f"Bearer {TOKEN}x"}, b"{}", "no sender has this token"),
        (413, {}, b"{}\n" * 400_000, "larger than 1,048,576 bytes"),
        (413, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 30_000_000), "larger than 1,048,576 bytes"),
        (413, {"Content-Encoding": "zstd"}, zstandard.compress(b" " * 30_000_000), "larger than 1,048,576 bytes"),
        (413, {}, b"{}\n" * 2001, "more than 2,000 lines"),
        (413, {}, b"[" + b'{"a":1},' * 2001 + b'{"a":1}]', "more than 2,000 lines"),
        (415, {"Content-Encoding": "br"}, b"{}", "Content-Encoding is not known"),
        (415, {"Content-Type": "application/msgpack"}, b"\x81", "json_lines"),
        (415, {"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\n\r\n{}\r\n--x--", "--data-binary"),
        (400, {"Content-Encoding": "gzip"}, b"no gzip at all", "damaged"),
        (400, {"Content-Encoding": "zstd"}, zstandard.compress(b"x" * 99)[:-3], "cut short"),
        (400, {"Idempotency-Key": "k" * 256}, b"{}", "longer than 255"),
    ],
)
def test_what_is_refused_is_told_in_one_line(
    client: Client, desk: Desk, status: int, headers: dict[str, str], body: bytes, says: str
) -> None:
    before = desk.query("sources_read")
    told = client.ask("POST", "/ingest", body, **headers)
    assert (told.status, says in told.json["error"]) == (status, True), told
    assert "\n" not in told.json["error"]
    assert TOKEN.encode() not in told.body
    assert ("www-authenticate" in told.headers) == (status == 401)
    assert desk.query("sources_read") == before


def test_a_slash_at_the_end_changes_nothing(client: Client, desk: Desk) -> None:
    assert client.post(as_bytes(lines("slash", 2)), "/ingest/").json["requests"] == 2
    assert client.post(json.dumps(OTLP).encode(), "/v1/logs/").json == {"partialSuccess": {}}
    assert [client.ask("HEAD", path).status for path in ("/ingest", "/ingest/")] == [200, 200]
    assert stored(desk, "slash") == 2


def test_a_format_can_be_named(client: Client) -> None:
    line = {"level": 30, "time": 1_763_294_400_000, "reqId": "req_pinoNamed", "res": {"statusCode": 200}, "msg": "done"}
    assert client.post(as_bytes([line]), "/ingest?format=pino").json["quarantined"] == 0
    unknown = client.post(b"{}", "/ingest?format=nothing")
    assert (unknown.status, "nothing" in unknown.json["error"]) == (400, True)


def test_who_may_choose_between_formats_is_told_how(client: Client) -> None:
    both = {**nginx_line(), "level": 30, "pid": 4711, "hostname": "web-1", "time": 1_763_294_400_000}
    unclear = client.post(as_bytes([both, both]))
    assert unclear.status == 400
    assert "?format=nginx" in unclear.json["error"] and "?format=pino" in unclear.json["error"]
    assert "--format" not in unclear.json["error"]


def test_a_drain_is_verified_and_signs_its_bodies(client: Client, desk: Desk) -> None:
    drain = Client(client.port, token=None)
    body = as_bytes(lines("drain", 2))
    signed = hmac.new(b"another-token-of-sixteen", body, hashlib.sha1).hexdigest()
    assert drain.post(body, x_vercel_signature=signed).json["requests"] == 2
    assert drain.post(body + b"\n", x_vercel_signature=signed).status == 401
    (source,) = [row for row in desk.query("sources_read") if row["source"] == "push:drain" and row["requests"]]
    assert source["format"] == "pixel"
    asked = [drain.ask("GET", "/ingest"), client.post(b""), drain.post(body), drain.ask("HEAD", "/ingest")]
    assert [one.status for one in asked] == [200, 200, 401, 200]
    assert {one.headers["x-vercel-verify"] for one in asked} == {VERIFY}


def test_a_probe_with_a_wrong_token_says_so(client: Client) -> None:
    assert client.ask("HEAD", "/ingest").status == 200
    assert Client(client.port, "x" * 20).ask("HEAD", "/ingest").status == 401


OTLP: dict[str, Any] = {
    "resourceLogs": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "api"}}]},
            "scopeLogs": [
                {
                    "scope": {},
                    "logRecords": [
                        {
                            "timeUnixNano": "1763294400000000000",
                            "body": {"stringValue": "done"},
                            "attributes": [
                                {"key": "http.response.status_code", "value": {"intValue": "200"}},
                                {"key": "request_id", "value": {"stringValue": "req_otlp0"}},
                            ],
                        },
                    ],
                }
            ],
        }
    ]
}


def test_open_telemetry_logs_in_json(client: Client, desk: Desk) -> None:
    told = client.post(gzip.compress(json.dumps(OTLP).encode()), "/v1/logs", Content_Encoding="gzip")
    assert (told.status, told.json) == (200, {"partialSuccess": {}})
    assert stored(desk, "otlp") == 1
    records = OTLP["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    half = copy.deepcopy(OTLP)
    half["resourceLogs"][0]["scopeLogs"][0]["logRecords"] += [{**records[0], "timeUnixNano": "no time"}]
    assert client.post(json.dumps(half).encode(), "/v1/logs").json["partialSuccess"]["rejectedLogRecords"] == "1"
    broken = json.dumps(OTLP).replace("1763294400000000000", "never").encode()
    refused = client.post(broken, "/v1/logs")
    assert (refused.status, "nothing was stored" in refused.json["message"]) == (400, True)
    assert client.post(broken, "/v1/logs?keep=all").json["partialSuccess"]["rejectedLogRecords"] == "1"


UNKNOWN = {"took": 12, "stage": "live", "\x1b[31mred": 1, "code": 7}


def test_a_body_of_which_nothing_is_understood_is_refused_unless_all_is_to_be_kept(client: Client, desk: Desk) -> None:
    before = desk.query("sources_read")
    body = as_bytes([UNKNOWN] * 3)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(client.post, [body] * 8))
    assert {one.status for one in told} == {422}
    (error,) = {one.json["error"] for one in told}
    for part in ("(3 lines)", "took, stage", "?format=", "docs/adding_a_format.md", "?keep=all", "nothing was stored"):
        assert part in error
    assert "\n" not in error
    assert desk.query("sources_read") == before
    assert client.post(body, "/ingest?keep=all").json["unmapped"] == 3
    # What is half understood, or stored already, is no error.
    good = as_bytes([*lines("half", 1), {**UNKNOWN, "took": 13}])
    assert client.post(good).status == 200
    again = client.post(good)
    assert (again.status, again.json["requests"]) == (200, 0)


def test_what_was_kept_is_read_when_there_is_a_format(client: Client, desk: Desk, tmp_path: Path) -> None:
    body = as_bytes(
        [{"when": moment(n), "outcome": 403, "rid": f"req_kept{n}", "password": "hunter2"} for n in range(3)]
    )
    assert client.post(body).status == 422
    assert client.post(body, "/ingest?keep=all").json["unmapped"] == 3
    own = tmp_path / "shop.toml"
    own.write_text(
        'name = "shop"\ntitle = "Own"\nrecognised_by = [["when", "outcome"]]\n[fields]\n'
        'timestamp = "when"\nrequest_id = "rid"\nstatus = "outcome"\n'
    )
    report = retry(desk.store, desk.settings.model_copy(update={"formats": own}), f"push:{SENDER}")
    assert (report.requests, stored(desk, "kept")) == (3, 3)
    assert "hunter2" not in str(desk.store.rows("SELECT raw FROM requests"))


def test_a_body_of_text_is_refused_with_a_sentence_too(client: Client, desk: Desk) -> None:
    before = desk.query("sources_read")
    body = b"".join(b"the weather is fine today, %d\n" % n for n in range(9))
    told = client.post(body)
    assert (told.status, "docs/adding_a_format.md" in told.json["error"]) == (422, True)
    few = client.post(body[:29])
    assert (few.status, "(1 line)" in few.json["error"]) == (422, True)
    assert desk.query("sources_read") == before
    assert client.post(body, "/ingest?keep=all").json["quarantined"] == 9


def test_health_and_metrics(client: Client) -> None:
    assert Client(client.port, None).ask("GET", "/healthz").json == {"status": "ok"}
    assert client.ask("GET", "/metrics").status == 401
    client.post(as_bytes(lines("metric", 1)))
    text = client.ask("GET", "/metrics", Authorization=METRICS).body.decode()
    assert f'pixeldesk_push_posts_total{{sender="{SENDER}",status="200"}}' in text
    assert 'pixeldesk_lines_total{outcome="requests",source="push"}' in text
    for name in ("push_batch_seconds_bucket", "push_waiting_bytes 0.0", "newest_record_age_seconds", "store_bytes"):
        assert f"pixeldesk_{name}" in text
    assert TOKEN not in text


def test_under_pressure_senders_are_told_when_to_come_again(desk: Desk) -> None:
    tight = Desk(desk.settings.model_copy(update={"push_waiting_posts": 2}), desk.store)
    with served(tight) as port, ThreadPoolExecutor(2) as pool:
        client = Client(port)
        metrics = b"pixeldesk_push_waiting_posts 2.0"
        with desk.store.transaction():
            waiting = [pool.submit(client.post, as_bytes(lines(f"wait{n}", 1))) for n in range(2)]
            wait_until(lambda: metrics in client.ask("GET", "/metrics", Authorization=METRICS).body, "the metrics")
            told = client.post(as_bytes(lines("late", 1)))
            assert (told.status, told.headers["retry-after"]) == (429, "1")
        assert [one.result().status for one in waiting] == [200, 200]
        assert client.post(as_bytes(lines("late", 1))).json["requests"] == 1


@pytest.mark.parametrize("last", ["good", "refused"])
def test_posts_of_one_transaction_do_not_disturb_each_other(desk: Desk, last: str) -> None:
    # Another format of the same sender, the same lines twice, and one that has to be refused when it is taken apart, or
    # because nothing of it is understood.
    pino = {
        "level": 30,
        "time": 1_763_294_400_000,
        "reqId": f"req_{last}_p",
        "res": {"statusCode": 200},
        "msg": "done",
    }
    same = as_bytes(lines(f"{last}1x", 2))
    maybe = json.dumps([{"a": 1}] * 2001 if last == "refused" else []).encode()
    bodies = [as_bytes([pino]), same, maybe, as_bytes(lines(f"{last}2x", 3)), same]
    with served(desk) as port, ThreadPoolExecutor(6) as pool:
        client = Client(port)

        def wait_for_posts(count: int) -> None:
            text = f"waiting_posts {count}.0".encode()
            wait_until(lambda: text in client.ask("GET", "/metrics", Authorization=METRICS).body, "the metrics")

        with desk.store.transaction():
            first = pool.submit(client.post, as_bytes(lines(f"{last}0x", 1)))
            wait_for_posts(1)
            others = [pool.submit(client.post, body) for body in bodies]
            wait_for_posts(6)
        told = [one.result() for one in [first, *others]]
    assert [one.status for one in told] == [200, 200, 200, 413 if last == "refused" else 422, 200, 200]
    assert [told[place].json["requests"] for place in (0, 1, 4)] == [1, 1, 3]
    assert sorted(told[place].json["duplicates"] for place in (2, 5)) == [0, 2]
    assert stored(desk, last) == 7


def test_without_senders_it_is_off(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb")
    store = open_store(settings)
    with served(Desk(settings, store)) as port:
        told = Client(port).post(b"{}")
        assert (told.status, "PIXELDESK_PUSH_TOKENS" in told.json["error"]) == (403, True)
        assert Client(port).ask("GET", "/ingest").status == 403
    store.close()


def test_a_store_that_cannot_be_written_is_told_and_the_post_comes_again(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "x.duckdb", push_tokens=Secret(f"{SENDER}={TOKEN}"))
    store = open_store(settings)
    store.close()
    with served(Desk(settings, store)) as port:
        told = Client(port).post(as_bytes(lines("closed", 1)))
        assert (told.status, told.headers["retry-after"]) == (503, "10")
        assert told.json["error"].startswith("the store cannot be written now")


def test_a_body_has_all_the_pieces_of_a_line_or_is_read_as_it_is(settings: Settings) -> None:
    settings = settings.model_copy(update={"push_tokens": Secret(f"{SENDER}={TOKEN}")})
    store = open_store(settings)
    whole = json.dumps(nginx_line(1, request_id="req_Pieces0001", note="y" * 5000))
    short = json.dumps(nginx_line(2, request_id="req_Pieces0002"))
    pieces = [
        {"date": moment(), "_p": mark, "log": text}
        for mark, text in (("F", short), ("P", whole[:3000]), ("F", whole[3000:]))
    ]
    with served(Desk(settings, store)) as port:
        counted = [Client(port).post(as_bytes(lines)).json for lines in (pieces, pieces[:2], pieces[2:])]
    assert [counts["lines"] for counts in counted] == [2, 2, 1]
    assert store.rows("SELECT count(*) AS requests FROM requests") == [{"requests": 2}]
    assert differences(store) == {}
    # The next body begins with the next line.
    assert store.rows("SELECT lines FROM sources") == [{"lines": 6}]
    store.close()
