"""Explain why a line was refused, in one sentence for the person who has to fix its source.

The SQL of `parse_sql` decides; this module only names the reason, line by line, for the few lines that were refused.
"""

import json
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from pixeldesk.catalogue.reason_kinds import REQUEST_ID_MISSING
from pixeldesk.ingest.formats.columns import COLUMNS, Column
from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.formats.text_lines import parsed_text
from pixeldesk.ingest.parsing.field_sql import COUNTER, QUANTITY
from pixeldesk.ingest.parsing.not_json import why_not_json
from pixeldesk.ingest.parsing.time_notation import EPOCH, read_time
from pixeldesk.ingest.sources.reason import Reason

# How much of a value a reason quotes.
_SHOWN_CHARACTERS = 40
# How many of the names that a format expects a reason lists.
_MOST_EXPECTED = 3
_WHOLE = r"-?\d+(\.0+)?"
_TIME_NAME = re.compile(r"^(?:t|ts|date|datetime|asctime|created|msec)$|time|stamp|(?:created|logged|date)at$")
_ID_NAME = re.compile(r"(?:x|http)*(?:request|req|correlation|trace)(?:id)?|id|uuid|guid")


def why_refused(line: str, log_format: LogFormat, timezone: str | None = None) -> Reason:
    """Return the reason for a refused line, which must be redacted already. Never raises, whatever the line.

    `timezone` is the zone that the settings name for times without one.
    """
    of_text = [parsed_text(line, each) for each in log_format.layers[:1] if each.is_text]
    try:
        record = next(filter(None, of_text), None) or json.loads(line, object_pairs_hook=_first_values)
    except (ValueError, RecursionError):
        return why_not_json(line)
    if not isinstance(record, dict):
        return Reason.of(f"not a JSON object but {_type_of(record)}")
    return next(_misfits(record, log_format, timezone), None) or why_not_json(line)


def _first_values(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object as the engine reads it: of a name that occurs twice, the first value counts."""
    return dict(reversed(pairs))


def _misfits(record: dict[str, Any], log_format: LogFormat, timezone: str | None) -> Iterator[Reason]:
    # Each value is found when it is asked for: most lines are refused for one of the first columns.
    documents = _documents(record, log_format)
    if _found("timestamp", documents) is None:
        yield _missing("timestamp", "timestamp is missing", documents)
    if log_format.strict:
        yield from _wrong_types(record, log_format)
    for name, column in COLUMNS.items():
        located = _found(name, documents)
        reason = located and _misfit(column, *located, log_format, timezone)
        if reason:
            yield reason
    if log_format.strict and _found("status", documents) and not _found("request_id", documents):
        yield _missing("request_id", REQUEST_ID_MISSING, documents)


def _missing(column: str, kind: str, documents: list[tuple[LogFormat, dict[str, Any]]]) -> Reason:
    """Return the reason that a column has no value, with a field of the line that looks like it."""
    expected = [str(rule.path) for layer, _ in documents for rule in layer.columns.get(column, ()) if rule.path]
    alike = (name for _, document in documents for name, value in document.items() if _looks_like(column, name, value))
    found = next(alike, None)
    if found is None:
        return Reason.of(kind)
    names = " or ".join(f"`{path}`" for path in expected[:_MOST_EXPECTED])
    return Reason(f"{kind}: `{found[:_SHOWN_CHARACTERS]}` is there; the format expects {names}", kind)


def _looks_like(column: str, name: str, value: Any) -> bool:
    """Return whether a field of a line may be what a column is read from, under another name."""
    if not isinstance(value, str | int | float) or isinstance(value, bool) or not str(value):
        return False
    plain = re.sub(r"[^a-z]", "", name.lower())
    if column == "timestamp":
        return read_time(str(value), datetime.max) is not None and _TIME_NAME.search(plain) is not None
    return _ID_NAME.fullmatch(plain) is not None


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
    if column.max is not None and column.type == "text":
        length = len(_as_text(value))
        too_long = f"characters long, at most {column.max} are allowed"
        what, kind = (f"is {length} {too_long}", f"is N {too_long}") if length > column.max else (None, None)
    else:
        what = kind = _wrong(column, value, log_format.strict, timezone)
    if not what:
        return None
    shown = json.dumps(value, ensure_ascii=False)[:_SHOWN_CHARACTERS]
    return Reason(f"{path} is {shown}: {what}", f"{path}: {kind}")


def _wrong(column: Column, value: Any, strict: bool, timezone: str | None) -> str | None:
    """Return what is wrong with a value, as the SQL of its column judges it; None if nothing is."""
    match column.type:
        case "timestamp":
            return _wrong_time(value, timezone or (None if strict else "UTC"))
        case "integer":
            text = _as_text(value)
            is_whole = re.fullmatch(_WHOLE, text, re.ASCII) is not None
            fits = is_whole and (column.min or 0) <= int(text.partition(".")[0]) <= (column.max or 2**63 - 1)
            bounds = f"from {column.min} to {column.max}" if (column.max or 2**31) < 2**31 else f"from {column.min} on"
            return None if fits else f"must be a whole number {bounds}"
        case "number":
            text = _as_text(value)
            if column.unit and not strict and (quantity := re.search(QUANTITY, text, re.ASCII)):
                text = quantity[1]
            is_number = not isinstance(value, bool) and _is_finite(text)
            return None if is_number else "must be a number"
        case "texts" if strict and not isinstance(value, list):
            return "must be a list"
    return None


def _is_finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _wrong_time(value: Any, zone: str | None) -> str | None:
    """Return what is wrong with a time; `zone` is that of a time without one, None if it is refused."""
    text = str(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return "must be RFC 3339 text or a Unix epoch"
    # A time without a year lies in one of the last years, whichever that is.
    if read_time(text, datetime.max, zone) is not None:
        return None
    if read_time(text, datetime.max) is not None:
        return "has no offset from UTC (add Z or +hh:mm, or name the zone in PIXELDESK_TIMEZONE)"
    if re.fullmatch(EPOCH, text, re.ASCII):
        return "lies outside the years 1 to 9999"
    return "is neither RFC 3339 (2026-11-16T09:12:44.318Z) nor a Unix epoch"


def _type_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
