"""POST /v1/logs with what the exporters of OpenTelemetry's SDKs send: in JSON and protobuf, plain and compressed.

The bodies were captured by otlp/capture.sh, from the programs beside it.
"""

import base64
import gzip
import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from pydantic import Secret

from pixeldesk.desk.desk import Desk
from pixeldesk.server.push.otlp import otlp_documents
from pixeldesk.server.push.refusals import Refusal
from pixeldesk.settings import Settings
from pixeldesk.store import open_store
from tests.log_lines import as_bytes, request_lines
from tests.server.push.served import SENDER, TOKEN, Client, served

BODIES = Path(__file__).parent / "otlp"
PROTOBUF = "application/x-protobuf"
STATUSES = {
    "node": [200, 200, 201, 404, 429, 500, 503, 200, 403, 200],
    "pino": [200, 200, 429, 500, 404],
    "python": [200, 404, 429, 500, 200],
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that takes posts; each test sends the lines of another exporter."""
    db = tmp_path_factory.mktemp("otlp") / "x.duckdb"
    settings = Settings(db=db, push_tokens=Secret(f"{SENDER}={TOKEN}"), push_max_lines=1000)
    store = open_store(settings)
    yield Desk(settings, store)
    store.close()


@pytest.fixture(scope="module")
def client(desk: Desk) -> Iterator[Client]:
    """A sender."""
    with served(desk) as port:
        yield Client(port)


def send(client: Client, name: str, body: bytes | None = None, **headers: str) -> ExportLogsServiceResponse:
    """Post a body as its exporter does; a slash at the end of the address is somebody's too."""
    if "protobuf" in name:
        headers["Content_Type"] = PROTOBUF
    headers |= {"Content_Encoding": "gzip"} if name.endswith("gz") else {}
    told = client.post(body or (BODIES / name).read_bytes(), "/v1/logs/", **headers)
    assert told.status == 200, told
    if "protobuf" in name:
        assert told.headers["content-type"] == PROTOBUF
        return ExportLogsServiceResponse.FromString(told.body)
    return json_format.ParseDict(told.json, ExportLogsServiceResponse())


def stored(desk: Desk, head: str, table: str = "requests") -> list[dict[str, Any]]:
    """Return the rows of a table whose ids begin with `head`, in the order of their lines."""
    sql = f"SELECT * FROM {table} WHERE starts_with(request_id, $head) ORDER BY line_number"
    return desk.store.rows(sql, {"head": head})


def test_what_the_sdk_for_node_sends(client: Client, desk: Desk) -> None:
    assert not send(client, "node.protobuf").HasField("partial_success")
    requests = stored(desk, "req_node")
    assert [row["status"] for row in requests] == STATUSES["node"]
    expected = {
        "method": "POST",
        "route": "/v1/items/{id}",
        "path": "/v1/items/5?website_id=web_1&days=7",
        "duration_ms": 5012.5,
        "client_ip": "198.51.100.7",
        "user_agent": "python-requests/2.32",
        "customer_id": "cus_1",
        "key_fingerprint": "5f0c3b1e9a7d2c44",
        "key_scopes": ["pixel:read", "pixel:write"],
        "error_code": "upstream_timeout",
        "error_message": "tinybird took too long",
        "error_details": '{"after_ms":"5000"}',
        "host": "web-3",
        "region": "eu-central-1",
        "release": "1.4.2",
        "environment": "production",
        "level": "error",
    }
    assert {name: requests[5][name] for name in expected} == expected
    (event,) = stored(desk, "req_node", "events")
    assert (event["message"], event["request_id"]) == ("tinybird said no", "req_node5")
    seen = json.loads(event["raw"])["record"]["body"]["seen"]
    assert seen == ["1", 2.5, True, ["deep", {"at": "é"}]]
    assert desk.store.rows("SELECT message FROM events WHERE request_id IS NULL") == [{"message": "the queue is long"}]


@pytest.mark.parametrize("name", ["pino", "python"])
def test_every_request_is_stored_with_its_facts(client: Client, desk: Desk, name: str) -> None:
    send(client, f"{name}.protobuf")
    requests = stored(desk, f"req_{name}")
    assert [row["status"] for row in requests] == STATUSES[name]
    assert {(row["method"], row["client_ip"]) for row in requests} == {
        ("GET", "127.0.0.1" if name == "pino" else "198.51.100.8")
    }
    paths = {"pino": "/v1/items?page=2", "python": "/v1/items/1?website_id=web_1"}
    assert requests[1]["path"] == paths[name]
    assert all(row["duration_ms"] >= 1 for row in requests)
    failed = [row for row in requests if row["status"] == 500]
    events = [(row["message"], row["request_id"]) for row in stored(desk, f"req_{name}", "events")]
    if name == "pino":
        assert [row["error_message"] for row in failed] == ["kaboom"]
        assert events == [("about to fail", "req_pino3")]
    else:
        ids = ["req_python3", "req_python0", "req_python0"]
        assert sorted(events) == list(zip(["job failed", "the pipe is slow", "worker 3 started"], ids, strict=True))


@pytest.mark.parametrize("name", ["node.protobuf.gz", "node.json", "pino.json", "python.protobuf.gz", "protobuf.zst"])
def test_json_and_compressed_protobuf_are_read_too(client: Client, name: str) -> None:
    zstd = zstandard.compress((BODIES / "python.protobuf").read_bytes())
    told = send(client, name, zstd, Content_Encoding="zstd") if name == "protobuf.zst" else send(client, name)
    assert not told.HasField("partial_success") or not told.partial_success.rejected_log_records


@pytest.mark.parametrize("program", ["node", "pino"])
def test_protobuf_becomes_the_json_of_the_same_program(program: str) -> None:
    found = without_times(parsed(otlp_documents((BODIES / f"{program}.protobuf").read_bytes(), 100, 1 << 20)))
    assert found == without_times(parsed([(BODIES / f"{program}.json").read_bytes()]))


def parsed(documents: Iterable[bytes]) -> ExportLogsServiceRequest:
    """Return what OTLP/JSON says. The mapping of protobuf has ids in Base64, OTLP in hex."""
    request = ExportLogsServiceRequest()
    for document in map(json.loads, documents):
        for logs in document["resourceLogs"]:
            for record in (record for scope in logs["scopeLogs"] for record in scope["logRecords"]):
                if record.get("traceId"):
                    record["traceId"] = base64.b64encode(bytes.fromhex(record["traceId"])).decode()
        request.MergeFrom(json_format.ParseDict(document, ExportLogsServiceRequest()))
    return request


def without_times(request: ExportLogsServiceRequest) -> str:
    """Return a request as text, without what differs between two runs of a program."""
    text = re.sub(r"time_unix_nano: \d+\n", "", str(request))
    text = re.sub(r'key: "(remotePort|responseTime)"\s+value \{\s+int_value: \d+', "", text)
    return re.sub(r"127\.0\.0\.1:\d+", "", text)


def test_records_that_are_not_understood_are_counted(client: Client) -> None:
    request = ExportLogsServiceRequest.FromString((BODIES / "python.protobuf").read_bytes())
    request.resource_logs[0].scope_logs[0].log_records.add().body.string_value = "without a time"
    partial = send(client, "python.protobuf", request.SerializeToString()).partial_success
    assert (partial.rejected_log_records, "quarantine" in partial.error_message) == (1, True)


def test_records_of_which_none_is_understood_are_refused(client: Client, desk: Desk) -> None:
    before = desk.query("sources_read")
    logs = ResourceLogs(scope_logs=[ScopeLogs(log_records=[LogRecord(severity_text="no time")] * 2)])
    body = ExportLogsServiceRequest(resource_logs=[logs]).SerializeToString()
    told = client.post(body, "/v1/logs", Content_Type=PROTOBUF)
    assert (told.status, "nothing was stored" in Status.FromString(told.body).message) == (400, True)
    assert desk.query("sources_read") == before


@pytest.mark.parametrize(
    ("status", "body", "headers", "says"),
    [
        (400, b"\x0a\x05no", {}, "not an ExportLogsServiceRequest"),
        (400, b"no protobuf", {}, "not an ExportLogsServiceRequest"),
        (400, as_bytes(request_lines(2)), {}, "not an ExportLogsServiceRequest"),
        (400, b"\x0a\x04\x12\x02\x12\x7f", {}, "not an ExportLogsServiceRequest"),
        (400, gzip.compress(b"x" * 99, mtime=0)[:-9], {"Content-Encoding": "gzip"}, "cut short"),
        (401, b"", {"Authorization": "Bearer wrong"}, "no sender has this token"),
        (413, b"\x0a\x00" * 1001, {}, "more than 1,000 lines"),
    ],
)
def test_a_refusal_comes_in_the_encoding_of_the_request(
    client: Client, desk: Desk, status: int, body: bytes, headers: dict[str, str], says: str
) -> None:
    before = desk.query("sources_read")
    told = client.ask("POST", "/v1/logs", body, **{"Content-Type": PROTOBUF, **headers})
    assert (told.status, told.headers["content-type"]) == (status, PROTOBUF)
    assert says in Status.FromString(told.body).message
    assert desk.query("sources_read") == before
    told = client.ask("POST", "/v1/logs", b"", Authorization="Bearer wrong")
    assert "no sender has this token" in told.json["message"]


def test_a_request_without_records_is_one(client: Client) -> None:
    told = client.ask("POST", "/v1/logs", b"", **{"Content-Type": PROTOBUF})
    assert (told.status, told.body) == (200, b"")
    assert client.ask("POST", "/v1/logs", b"\x0a\x00", **{"Content-Type": PROTOBUF}).status == 200
    assert client.post(b'{"resourceLogs": []}\n', "/v1/logs").json == {"partialSuccess": {}}
    assert client.post(b"{}", "/v1/logs").json == {"partialSuccess": {}}


def test_protobuf_is_read_at_one_address_only(client: Client) -> None:
    told = client.post((BODIES / "node.protobuf").read_bytes(), "/ingest", Content_Type=PROTOBUF)
    assert (told.status, "/v1/logs" in told.json["error"]) == (415, True)


TEXTS = st.text(max_size=8)
VALUES = st.recursive(
    st.builds(AnyValue, string_value=TEXTS)
    | st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1))
    | st.builds(AnyValue, double_value=st.floats())
    | st.builds(AnyValue, bool_value=st.booleans())
    | st.builds(AnyValue, bytes_value=st.binary(max_size=8)),
    lambda inner: (
        st.builds(AnyValue, array_value=st.builds(ArrayValue, values=st.lists(inner, max_size=3)))
        | st.builds(
            AnyValue,
            kvlist_value=st.builds(
                KeyValueList, values=st.lists(st.builds(KeyValue, key=TEXTS, value=inner), max_size=3)
            ),
        )
    ),
    max_leaves=6,
)
RECORDS = st.builds(
    LogRecord,
    time_unix_nano=st.integers(0, 2**64 - 1),
    severity_number=st.integers(0, 24),
    body=VALUES,
    trace_id=st.binary(min_size=16, max_size=16),
    attributes=st.lists(st.builds(KeyValue, key=TEXTS, value=VALUES), max_size=3),
)
SCOPES = st.builds(ScopeLogs, schema_url=TEXTS, log_records=st.lists(RECORDS, min_size=1, max_size=3))


@settings(max_examples=25, deadline=None)
@given(st.builds(ResourceLogs, schema_url=TEXTS, scope_logs=st.lists(SCOPES, min_size=1, max_size=2)))
def test_the_json_says_what_the_protobuf_says(logs: ResourceLogs) -> None:
    logs.resource.attributes.add(key="list", value=AnyValue(string_value='[] "[]"'))
    request = ExportLogsServiceRequest(resource_logs=[logs])
    found = parsed(otlp_documents(request.SerializeToString(), 100, 1 << 20))
    # Each scope comes with its resource.
    parts = [
        ResourceLogs(resource=logs.resource, schema_url=logs.schema_url, scope_logs=[each]) for each in logs.scope_logs
    ]
    assert str(found) == str(ExportLogsServiceRequest(resource_logs=parts))


def test_what_json_has_no_number_for_is_a_text() -> None:
    values = [AnyValue(double_value=value) for value in (1.5, math.nan, math.inf, -math.inf)]
    record = LogRecord(body=AnyValue(array_value=ArrayValue(values=values)))
    request = ExportLogsServiceRequest(resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=[record])])])
    (document,) = otlp_documents(request.SerializeToString(), 100, 1 << 20)
    for text in (b"1.5", b'"NaN"', b'"Infinity"', b'"-Infinity"'):
        assert b'{"doubleValue":' + text + b"}" in document


def test_documents_are_cut_at_a_size_and_no_record_is_lost() -> None:
    record = LogRecord(body=AnyValue(string_value="x" * 300_000))
    request = ExportLogsServiceRequest(resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=[record] * 9)])])
    documents = list(otlp_documents(request.SerializeToString(), 100, 1 << 20))
    assert [document.count(b"xxx" * 100_000) for document in documents] == [4, 4, 1]
    with pytest.raises(Refusal, match="longer than 300,000 bytes"):
        list(otlp_documents(request.SerializeToString(), 100, 300_000))
    with pytest.raises(Refusal, match="more than 8 lines"):
        list(otlp_documents(request.SerializeToString(), 8, 1 << 20))
