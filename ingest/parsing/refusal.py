"""Explain why a line was refused, in one sentence for the person who has to fix its source.

The SQL of `parse_sql` decides; this module only names the reason, line by line, for the few lines that were refused.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, FiniteFloat, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from pixeldesk.catalogue.reason_kinds import REQUEST_ID_MISSING
from pixeldesk.ingest.formats.columns import COLUMNS, Column
from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.formats.text_lines import parsed_text
from pixeldesk.ingest.parsing.field_sql import COUNTER, QUANTITY
from pixeldesk.ingest.parsing.time_notation import EPOCH, read_time
from pixeldesk.ingest.sources.reason import Reason

# How much of a value a reason quotes.
_SHOWN_CHARACTERS = 40
_TOO_LONG = "is {length} characters long, at most {most} are allowed"


def why_refused(line: str, log_format: LogFormat, timezone: str | None = None) -> Reason:
    """Return the reason for a refused line, which must be redacted already. Never raises, whatever the line.

    `timezone` is the zone that the settings name for times without one.
    """
    try:
        of_text = [parsed_text(line, each) for each in log_format.layers[:1] if each.is_text]
        record = next(filter(None, of_text), None) or json.loads(line)
        line.encode()
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return Reason.of("not JSON: half a surrogate pair (\\ud800 to \\udfff) is no text")
    except json.JSONDecodeError as error:
        what = f"not JSON: {error.msg} at character"
        return Reason(f"{what} {error.pos + 1}", f"{what} N")
    except RecursionError:
        return Reason.of("not JSON that can be read: nested too deeply")
    except ValueError as error:
        return Reason(f"not JSON: {error}", f"not JSON: {error}".rpartition(":")[0])
    if not isinstance(record, dict):
        return Reason.of(f"not a JSON object but {_type_of(record)}")
    return next(_misfits(record, log_format, timezone), Reason.of("not JSON as RFC 8259 has it"))


def _misfits(record: dict[str, Any], log_format: LogFormat, timezone: str | None) -> Iterator[Reason]:
    # Each value is found when it is asked for: most lines are refused for one of the first columns.
    documents = _documents(record, log_format)
    if _found("timestamp", documents) is None:
        yield Reason.of("timestamp is missing")
    if log_format.strict:
        yield from _wrong_types(record, log_format)
    for name, column in COLUMNS.items():
        located = _found(name, documents)
        reason = located and _misfit(column, *located, log_format, timezone)
        if reason:
            yield reason
    if log_format.strict and _found("status", documents) and not _found("request_id", documents):
        yield Reason.of(REQUEST_ID_MISSING)


def _documents(record: dict[str, Any], log_format: LogFormat) -> list[tuple[LogFormat, dict[str, Any]]]:
    """Return each layer with the document that it reads, the innermost first."""
    document: Any = record
    documents: list[tuple[LogFormat, dict[str, Any]]] = []
    for layer in log_format.layers:
        if not isinstance(document, dict):
            break
        documents.insert(0, (layer, document))
        if layer.recognises(document, is_inside=len(documents) > 1):
            document = next((inner for path in layer.content if (inner := _at(path, layer, document))), None)
            with suppress(ValueError, RecursionError):
                document = _inner_document(document, log_format.layers[len(documents) :])
    return documents


def _inner_document(content: Any, layers: tuple[LogFormat, ...]) -> Any:
    """Return the document that an envelope holds for the next layer: an object, or a text read as one."""
    if not isinstance(content, str):
        return content
    return json.loads(content) if not layers or not layers[0].is_text else parsed_text(content, layers[0])


def _found(name: str, documents: list[tuple[LogFormat, dict[str, Any]]]) -> tuple[str, Any] | None:
    """Return the path that a column is read from, and its value."""
    candidates = [(rule, layer, document) for layer, document in documents for rule in layer.columns.get(name, ())]
    if any(rule.counter_of for rule, _, _ in candidates):
        candidates.sort(key=lambda candidate: bool(candidate[0].counter_of))
    for rule, layer, document in candidates:
        value = _at(rule.path, layer, document) if rule.path else rule.value
        if value is None or (rule.beside and not layer.has(document, rule.beside)):
            continue
        text = _as_text(value)
        if text in layer.absent or text in rule.absent or (not text and COLUMNS[name].min):
            continue
        if text in rule.none:
            return None
        if rule.values or rule.pattern:
            match = re.search(rule.pattern, text) if rule.pattern else None
            value = rule.values.get(text) if rule.values else match and match[1]
        if rule.counter_of and re.fullmatch(COUNTER, str(value)):
            process = [_at(path, layer, document) for path in rule.counter_of]
            value = ":".join(str(part) for part in [*process, value] if part is not None)
        if value is not None:
            return str(rule.path or name), value if rule.path is None or rule.value is None else rule.value
    return None


def _as_text(value: Any) -> str:
    # json.dumps says the same of a text's inside and of a number, at ten times the cost.
    return value if isinstance(value, str) else str(value) if type(value) is int else json.dumps(value)


def _at(path: JsonPath, layer: LogFormat, document: dict[str, Any]) -> Any:
    for spelling in layer.spellings(path):
        if (value := spelling.found_in(document)) is not None:
            return value
    return None


def _wrong_types(record: dict[str, Any], log_format: LogFormat) -> Iterator[Reason]:
    for name in log_format.objects:
        value = record.get(name)
        if value is not None and not isinstance(value, dict) and not (name == "api_key" and isinstance(value, str)):
            yield Reason.of(f"{name} is {_type_of(value)}, not an object")


def _misfit(column: Column, path: str, value: Any, log_format: LogFormat, timezone: str | None) -> Reason | None:
    try:
        _adapter(column, log_format.strict, timezone).validate_python(value)
    except ValidationError as error:
        shown = json.dumps(value, ensure_ascii=False)[:_SHOWN_CHARACTERS]
        first = error.errors()[0]
        what = first["msg"].removeprefix("Value error, ")
        kind = _TOO_LONG.format(**first["ctx"] | {"length": "N"}) if first["type"] == "too_long" else what
        return Reason(f"{path} is {shown}: {what}", f"{path}: {kind}")
    return None


# Building an adapter costs a millisecond, seven times as much as explaining a line.
@cache
def _adapter(column: Column, strict: bool, timezone: str | None) -> TypeAdapter[Any]:
    match column.type:
        case "timestamp":
            return TypeAdapter(Annotated[Any, BeforeValidator(_timestamp_in(timezone or (None if strict else "UTC")))])
        case "integer":
            return TypeAdapter(Annotated[int, Field(ge=column.min, le=column.max), BeforeValidator(_no_boolean(int))])
        case "number":
            has_unit = bool(column.unit) and not strict
            return TypeAdapter(Annotated[FiniteFloat, BeforeValidator(_no_boolean(float, has_unit=has_unit))])
        case "texts" if strict:
            return TypeAdapter(list[Any])
        case _:
            return TypeAdapter(Annotated[Any, BeforeValidator(_short_enough(column.max))])


def _timestamp_in(zone: str | None) -> Callable[[Any], Any]:
    """Return the check of a time; `zone` is that of a time without one, None if it is refused."""

    def check(value: Any) -> Any:
        text = str(value)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("must be RFC 3339 text or a Unix epoch")
        # A time without a year lies in one of the last years, whichever that is.
        if read_time(text, datetime.max, zone) is not None:
            return value
        if read_time(text, datetime.max) is not None:
            raise ValueError("has no offset from UTC (add Z or +hh:mm, or name the zone in PIXELDESK_TIMEZONE)")
        if re.fullmatch(EPOCH, text, re.ASCII):
            raise ValueError("lies outside the years 1 to 9999")
        raise ValueError("is neither RFC 3339 (2026-11-16T09:12:44.318Z) nor a Unix epoch")

    return check


def _no_boolean(number: type, *, has_unit: bool = False) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if has_unit and isinstance(value, str) and (quantity := re.search(QUANTITY, value, re.ASCII)):
            return float(quantity[1])
        if isinstance(value, bool):
            raise ValueError("is not a number")
        if number is int and isinstance(value, str) and re.fullmatch(r"-?\d+\.0+", value):
            return int(float(value))
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("is not a finite number")
        return value

    return check


def _short_enough(max_length: int | None) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        text = _as_text(value)
        if max_length is not None and len(text) > max_length:
            raise PydanticCustomError("too_long", _TOO_LONG, {"length": len(text), "most": max_length})
        return value

    return check


def _type_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
