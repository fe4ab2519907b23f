"""Why a line was refused, in one sentence for the person who has to mend it.

The SQL of `parse_sql` decides; this only names the reason, line by line, for the few that were refused.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, FiniteFloat, TypeAdapter, ValidationError

from ingest.log_format import Field as FormatField
from ingest.log_format import LogFormat

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII)
_EPOCH = re.compile(r"-?\d{1,19}(\.\d+)?([eE][+-]?\d{1,2})?", re.ASCII)
_SHOWN_CHARACTERS = 40
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799


def why_refused(line: str, log_format: LogFormat) -> str:
    """The reason for a refused line, given redacted. Never raises, whatever the line."""
    try:
        record = json.loads(line)
        line.encode()
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "not JSON: half a surrogate pair (\\ud800 to \\udfff) is no text"
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg} at character {error.pos + 1}"
    except RecursionError:
        return "not JSON that can be read: nested too deeply"
    except ValueError as error:
        return f"not JSON: {error}"
    if not isinstance(record, dict):
        return f"not a JSON object but {_kind(record)}"
    return next(_misfits(record, log_format), "not JSON as RFC 8259 has it")


def _misfits(record: dict[str, Any], log_format: LogFormat) -> Any:
    values = {field.column: _value(record, field) for field in log_format.fields}
    if values["timestamp"] is None:
        yield "timestamp is missing"
    for name in log_format.objects:
        value = record.get(name)
        if value is not None and not isinstance(value, dict) and not (name == "api_key" and isinstance(value, str)):
            yield f"{name} is {_kind(value)}, not an object"
    for field in log_format.fields:
        reason = _misfit(field, values[field.column])
        if reason:
            yield f"{field.paths[0]} {reason}"
    if values["status"] is not None and values["request_id"] is None:
        yield "request_id is missing on a request line (a line with a status)"


def _value(record: dict[str, Any], field: FormatField) -> Any:
    for path in field.paths:
        value: Any = record
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None and not (value == "" and field.min):
            return value
    return None


def _misfit(field: FormatField, value: Any) -> str | None:
    if value is None:
        return None
    try:
        _adapter(field).validate_python(value)
    except ValidationError as error:
        shown = json.dumps(value, ensure_ascii=False)[:_SHOWN_CHARACTERS]
        return f"is {shown}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
    return None


def _adapter(field: FormatField) -> TypeAdapter[Any]:
    match field.type:
        case "timestamp":
            return TypeAdapter(Annotated[Any, BeforeValidator(_timestamp)])
        case "integer":
            return TypeAdapter(Annotated[int, Field(ge=field.min, le=field.max), BeforeValidator(_no_truth(int))])
        case "number":
            return TypeAdapter(Annotated[FiniteFloat, BeforeValidator(_no_truth(float))])
        case "texts":
            return TypeAdapter(list[Any])
        case _:
            return TypeAdapter(Annotated[Any, BeforeValidator(_short_enough(field.max))])


def _timestamp(value: Any) -> Any:
    text = str(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be RFC 3339 text or a Unix epoch")
    if _NO_ZONE.fullmatch(text):
        raise ValueError("has no offset from UTC (add Z or +hh:mm)")
    if not _RFC3339.fullmatch(text) and not _EPOCH.fullmatch(text):
        raise ValueError("is neither RFC 3339 (2026-11-16T09:12:44.318Z) nor a Unix epoch")
    if _RFC3339.fullmatch(text):
        datetime.fromisoformat(text.upper().replace(":59:60", ":59:59"))
    elif not _FIRST_SECOND <= _seconds(float(text)) <= _LAST_SECOND:
        raise ValueError("lies outside the years 1 to 9999")
    return value


def _seconds(epoch: float) -> float:
    """An epoch in seconds, whatever its unit: see parse_sql.timestamp_sql."""
    units = (1, 1e3, 1e6, 1e9)
    return epoch / units[sum(abs(epoch) >= bound for bound in (1e11, 1e14, 1e17))]


def _no_truth(number: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("is not a number")
        if number is int and isinstance(value, str) and re.fullmatch(r"-?\d+\.0+", value):
            return int(float(value))
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("is not a finite number")
        return value

    return check


def _short_enough(most: int | None) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        text = value if isinstance(value, str) else json.dumps(value)
        if most is not None and len(text) > most:
            raise ValueError(f"is {len(text)} characters long, at most {most} are allowed")
        return value

    return check


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
