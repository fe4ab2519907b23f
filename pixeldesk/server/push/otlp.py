"""OTLP in protobuf, the default of OpenTelemetry's SDKs: read a body as the OTLP/JSON that is stored, and answer.

https://opentelemetry.io/docs/specs/otlp/#otlphttp and #json-protobuf-encoding: ids are hex, 64-bit integers are texts.
The library decodes one log record at a time, and a document is written at 1 MiB: decoded as a whole, a body of 8 MiB of
empty attributes takes 1.5 GB. A record takes about 20 us.
"""

import json
import math
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from pixeldesk.server.push.refusals import Refusal, too_many_lines

CONTENT_TYPE = "application/x-protobuf"
"""The content type of a request in protobuf, and of the response to it."""
# A document repeats its resource and its scope, so it has many times as many bytes of records as of those.
_DOCUMENT_BYTES = 1 << 20
_MOST_REPEATED = 8
_RESOURCE_LOGS = ExportLogsServiceRequest.RESOURCE_LOGS_FIELD_NUMBER
_SCOPE_LOGS = ResourceLogs.SCOPE_LOGS_FIELD_NUMBER
_LOG_RECORDS = ScopeLogs.LOG_RECORDS_FIELD_NUMBER
_Json = dict[str, Any]


def otlp_documents(body: bytes, max_records: int, max_record_bytes: int) -> Iterator[bytes]:
    """Yield the OTLP/JSON documents of an ExportLogsServiceRequest, each on a line of its own.

    Raises Refusal, maybe after the first documents: if the body is not such a message, if it has more than
    `max_records` log records, or if one is longer than `max_record_bytes`.
    """
    limits = _Limits(max_records, max_record_bytes)
    try:
        for logs in limits.counted(_parts_of(memoryview(body), _RESOURCE_LOGS)):
            rest = ResourceLogs.FromString(_rest_of(logs, _SCOPE_LOGS, max_record_bytes))
            around: _Json = {"resource": _resource(rest.resource)} if rest.HasField("resource") else {}
            around |= {"schemaUrl": rest.schema_url} if rest.schema_url else {}
            for scope_logs in limits.counted(_parts_of(logs, _SCOPE_LOGS)):
                yield from _documents(around, scope_logs, limits)
    except (DecodeError, IndexError):
        raise Refusal(400, "the body is not an ExportLogsServiceRequest of OpenTelemetry in protobuf") from None


def partial_success(rejected: int, message: str) -> bytes:
    """Return the response to a request of which `rejected` records were not understood; `message` says why."""
    if not rejected:
        return ExportLogsServiceResponse().SerializeToString()
    partial = ExportLogsPartialSuccess(rejected_log_records=rejected, error_message=message)
    return ExportLogsServiceResponse(partial_success=partial).SerializeToString()


def error_status(message: str) -> bytes:
    """Return the response to a refused request: https://opentelemetry.io/docs/specs/otlp/#failures-1"""
    return Status(message=message).SerializeToString()


class _Limits:
    """Counts the messages of a body, so that one of millions of empty ones is refused early."""

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._max_messages = max_messages
        self._messages = 0

    def counted(self, messages: Iterable[memoryview]) -> Iterator[memoryview]:
        for message in messages:
            self._messages += 1
            if self._messages > self._max_messages:
                raise too_many_lines(self._max_messages)
            yield message


def _documents(around: _Json, scope_logs: memoryview, limits: _Limits) -> Iterator[bytes]:
    """Yield the records of one scope; each document repeats what is around them."""
    scope = _scope_logs(ScopeLogs.FromString(_rest_of(scope_logs, _LOG_RECORDS, limits.max_bytes)))
    # The list is empty, and the last of the document.
    before, _, after = _written({"resourceLogs": [{**around, "scopeLogs": [{**scope, "logRecords": []}]}]}).rpartition(
        "[]"
    )
    longest = max(_DOCUMENT_BYTES, _MOST_REPEATED * len(before))
    part: list[str] = []
    size = 0
    for record in limits.counted(_parts_of(scope_logs, _LOG_RECORDS)):
        part.append(_written(_record(LogRecord.FromString(_checked(record, limits.max_bytes)))))
        size += len(part[-1])
        if size > longest:
            yield f"{before}[{','.join(part)}]{after}\n".encode()
            part, size = [], 0
    if part:
        yield f"{before}[{','.join(part)}]{after}\n".encode()


def _parts_of(message: memoryview, number: int) -> Iterator[memoryview]:
    """Yield the contents of a repeated field of a message."""
    return (message[content:end] for found, _, content, end in _fields(message) if found == number)


def _rest_of(message: memoryview, number: int, max_bytes: int) -> bytes:
    """Return a message without one of its fields."""
    rest = bytearray()
    for found, start, _, end in _fields(message):
        if found != number:
            rest += message[start:end]
    return _checked(memoryview(rest), max_bytes)


def _checked(message: memoryview, max_bytes: int) -> bytes:
    if len(message) > max_bytes:
        raise Refusal(413, f"a log record or a resource is longer than {max_bytes:,} bytes (PIXELDESK_MAX_LINE_BYTES)")
    return bytes(message)


def _fields(message: memoryview) -> Iterator[tuple[int, int, int, int]]:
    """Yield the number of each field, and where it, its content and the field after it begin. Raises DecodeError.

    https://protobuf.dev/programming-guides/encoding/#structure
    """
    start = 0
    while start < len(message):
        tag, content = _varint(message, start)
        end = content
        match tag & 7:
            case 0:
                _, end = _varint(message, content)
            case 1:
                end += 8
            case 2:
                length, content = _varint(message, content)
                end = content + length
            case 5:
                end += 4
            case _:
                raise DecodeError
        if end > len(message):
            raise DecodeError
        yield tag >> 3, start, content, end
        start = end


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """Return the number at a place, and where it ends. Raises IndexError at the end of the message."""
    number = message[place]
    if number < 128:
        return number, place + 1
    number &= 127
    for shift in range(7, 64, 7):
        place += 1
        number |= (message[place] & 127) << shift
        if message[place] < 128:
            return number, place + 1
    raise DecodeError


def _written(value: _Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _resource(resource: Resource) -> _Json:
    return {"attributes": _attributes(resource.attributes)}


def _scope_logs(logs: ScopeLogs) -> _Json:
    found: _Json = {"scope": _scope(logs.scope)} if logs.HasField("scope") else {}
    return found | ({"schemaUrl": logs.schema_url} if logs.schema_url else {})


def _scope(scope: InstrumentationScope) -> _Json:
    found = {"name": scope.name, "version": scope.version, "attributes": _attributes(scope.attributes)}
    return {name: value for name, value in found.items() if value}


def _record(record: LogRecord) -> _Json:
    found: _Json = {
        "timeUnixNano": str(record.time_unix_nano),
        "observedTimeUnixNano": str(record.observed_time_unix_nano),
        "severityNumber": record.severity_number,
        "severityText": record.severity_text,
        "body": _value(record.body) if record.HasField("body") else None,
        "attributes": _attributes(record.attributes),
        "droppedAttributesCount": record.dropped_attributes_count,
        "flags": record.flags,
        "traceId": record.trace_id.hex(),
        "spanId": record.span_id.hex(),
        "eventName": record.event_name,
    }
    # What a message of protobuf does not have is 0, "" or empty in it. A time of 0 is what tells a record from others.
    return {name: value for name, value in found.items() if value}


def _attributes(attributes: Iterable[KeyValue]) -> list[_Json]:
    return [{"key": attribute.key, "value": _value(attribute.value)} for attribute in attributes]


def _value(value: AnyValue) -> _Json:
    match value.WhichOneof("value"):
        case "string_value":
            return {"stringValue": value.string_value}
        case "int_value":
            return {"intValue": str(value.int_value)}
        case "bool_value":
            return {"boolValue": value.bool_value}
        case "double_value":
            return {"doubleValue": _double(value.double_value)}
        case "array_value":
            return {"arrayValue": {"values": [_value(each) for each in value.array_value.values]}}
        case "kvlist_value":
            return {"kvlistValue": {"values": _attributes(value.kvlist_value.values)}}
        case "bytes_value":
            return {"bytesValue": b64encode(value.bytes_value).decode()}
        case _:
            return {}


def _double(number: float) -> float | str:
    """Return a number as JSON has it: there is no NaN and no infinity, so that protobuf's JSON writes them as texts."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
