"""Detect the format of a source from its first bytes.

Each line scores, for each format, the size of the largest group of paths in `detected_by` that it has completely; the
format with the highest score is the format of the source. The content of an envelope is scored in the same way, three
levels deep. Python parses these first lines, a few dozen, and no others.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pixeldesk.errors import FormatUnclear
from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import MAX_LAYERS, Elements, LogFormat, log_format, log_formats
from pixeldesk.ingest.sources.documents import PeekedStream

SAMPLE_BYTES = 1 << 16
# For a source whose first line is longer than the usual sample.
_MAX_SAMPLE_BYTES = 1 << 22
# The most records of a sample that are scored.
_MAX_RECORDS = 40
# If the first records leave no doubt, the others are not scored.
_FEW = 8
# With a smaller lead, in times the score of the second format, it is open which one is right.
_CLEAR_LEAD = 1.25
# A larger share of records in another format makes the source a mixture.
_MIXED_SHARE = 0.2
# Whoever writes a custom format wants it to be used.
_CUSTOM_WEIGHT = 2
# The least share of records that must be in the format.
_MIN_SHARE = 0.1
_BETWEEN_VALUES = re.compile(r"[\s,\[\]]*")
_NATIVE = "pixel"
Record = dict[str, Any]


def sample(stream: PeekedStream) -> tuple[bytes, bool]:
    """Return the first bytes of a source, and whether they are all of it. The stream does not consume them."""
    # One byte more shows whether anything follows.
    size, first = SAMPLE_BYTES, stream.peek(SAMPLE_BYTES + 1)
    if len(first) > size and b"\n" not in first[:size]:
        size, first = _MAX_SAMPLE_BYTES, stream.peek(_MAX_SAMPLE_BYTES + 1)
    return first[:size], len(first) <= size


def detect_format(sample: bytes, is_whole: bool, requested: str, custom: Path | None) -> LogFormat:
    """Return the format of a source that begins with `sample`; UNRECOGNISED if none fits.

    `is_whole`: the sample is the whole source. `requested`: "auto", or the name of a format; a named format is only
    checked for whether it comes as JSON documents. `custom`: the user's own formats. Raises FormatUnclear if two
    formats fit equally well.
    """
    text = sample.removeprefix(b"\xef\xbb\xbf").decode(errors="replace")
    lines, characters_in_lines = _lines(text, is_whole)
    # If every line is an object, the sample need not be parsed as documents too.
    values, characters_in_values = ([], 0) if len(lines) == _MAX_RECORDS else _values(text)
    is_truncated = (
        characters_in_lines < len(text) // 2
        and not characters_in_values
        and "\n" in text.strip()
        and bool(_elements(text, custom))
    )
    are_documents = characters_in_values > characters_in_lines or is_truncated
    if requested != "auto":
        return log_format(requested, custom).in_documents(are_documents)
    records = values if are_documents else lines
    found = _best(records or _elements(text, custom), custom)
    return (found or log_format(_NATIVE, custom).as_fallback()).in_documents(are_documents)


def _lines(text: str, is_whole: bool) -> tuple[list[Record], int]:
    """Return the lines that are JSON objects, and how many characters they have."""
    lines = text.split("\n")
    records: list[Record] = []
    characters = 0
    for line in lines if is_whole else lines[:-1]:
        value = _parsed(line) if line.lstrip().startswith("{") else None
        if isinstance(value, dict):
            records.append(value)
            characters += len(line)
        if len(records) == _MAX_RECORDS:
            break
    return records, characters


def _values(text: str) -> tuple[list[Record], int]:
    """Return the JSON objects that follow each other from the start, in an array or not, and their characters.

    Returns nothing for a sample that can be read as lines: one object a line, or text after an object on its line.
    """
    decoder = json.JSONDecoder()
    records: list[Record] = []
    characters = 0
    are_documents = text.lstrip().startswith("[")
    separator = _BETWEEN_VALUES.match(text)
    while separator and len(records) < _MAX_RECORDS:
        start = separator.end()
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            are_documents = are_documents or text[start : start + 1] in ("", "{")
            break
        are_documents = are_documents or "\n" in text[start:end]
        if isinstance(value, dict):
            records.append(value)
            characters += end - start
        separator = _BETWEEN_VALUES.match(text, end)
    return (records, characters) if are_documents or len(records) == _MAX_RECORDS else ([], 0)


def _elements(text: str, custom: Path | None) -> list[Record]:
    """Return the first elements of a document that is longer than the sample."""
    for candidate in log_formats(custom):
        if candidate.elements is None:
            continue
        name = re.escape(candidate.elements.list.rpartition(".")[2])
        begin = re.search(rf'"{name}"\s*:\s*\[', text)
        found = _values(text[begin.end() :])[0] if begin else []
        if found:
            return [{"record": record} if candidate.elements.along else record for record in found]
    return []


def _best(records: Sequence[Record], custom: Path | None, envelopes: tuple[str, ...] = ()) -> LogFormat | None:
    """Return the format of the records, with the formats inside it. `envelopes`: the names of those around it."""
    few = records[:_FEW]
    first, lead, matching = _compared(few, custom)
    if len(records) > _FEW and (lead < 2 or matching < len(few)):
        first, lead, matching = _compared(records, custom)
    if matching < max(1, _MIN_SHARE * len(records)):
        return None
    best = log_format(first, custom)
    second = _ranked(records, custom)[1][1] if lead < _CLEAR_LEAD else _mixed_in(best, records, custom)
    if second:
        this, that = ("/".join((*envelopes, name)) for name in (first, second))
        raise FormatUnclear(f"its first lines could be {this} or {that}", (this, that))
    if best.content and len(envelopes) + 1 < MAX_LAYERS:
        inner = _contents(best, _opened(best, records))
        return best.around(_best(inner, custom, (*envelopes, first)))
    return best


def _mixed_in(best: LogFormat, records: Sequence[Record], custom: Path | None) -> str | None:
    """Return the name of another format with enough of the records to make the source a mixture; None if none has."""
    others = [record for record in records if not best.elements and _score(best, record) == 0]
    if len(others) <= _MIXED_SHARE * len(records):
        return None
    name, _, matching = _compared(others, custom)
    return name if matching > _MIXED_SHARE * len(records) else None


def _compared(records: Sequence[Record], custom: Path | None) -> tuple[str, float, int]:
    """Return the best format, its lead in times the score of the second, and how many records are in the format."""
    (highest, first), (second_highest, _) = _ranked(records, custom)[:2]
    best = log_format(first, custom)
    matching = sum(_score(best, record) > 0 for record in _opened(best, records))
    return first, highest / second_highest if second_highest else float("inf"), matching


def _ranked(records: Sequence[Record], custom: Path | None) -> list[tuple[float, str]]:
    """Return the mean score and the name of each format, the best first."""
    custom_formats = len(log_formats(custom)) - len(log_formats())
    scores = [
        (_mean_score(candidate, records) * (_CUSTOM_WEIGHT if index < custom_formats else 1), candidate.format_name)
        for index, candidate in enumerate(log_formats(custom))
    ]
    return sorted(scores, key=lambda scored: -scored[0])


def _mean_score(candidate: LogFormat, records: Sequence[Record]) -> float:
    opened = _opened(candidate, records)
    return sum(_score(candidate, record) for record in opened) / len(opened) if opened else 0


def _score(candidate: LogFormat, record: Record) -> int:
    groups = candidate.detection_groups
    return max((len(group) for group in groups if all(_has(record, path) for path in group)), default=0)


def _has(record: Record, spellings: tuple[JsonPath, ...]) -> bool:
    return any(path.steps[0] in record and path.found_in(record) is not None for path in spellings)


def _opened(candidate: LogFormat, records: Sequence[Record]) -> list[Record]:
    """Return the records; a record that is a document of the format is replaced by its elements."""
    if candidate.elements is None:
        return list(records)
    opened: list[Record] = []
    for record in records:
        opened += _elements_of(record, candidate.elements) or [record]
    return opened[:_MAX_RECORDS]


def _elements_of(document: Record, elements: Elements) -> list[Record]:
    parts: list[Any] = [document]
    for step in elements.list.split("[]."):
        lists = [part.get(step) for part in parts if isinstance(part, dict)]
        parts = [part for found in lists if isinstance(found, list) for part in found[:_MAX_RECORDS]]
    records = [part for part in parts if isinstance(part, dict)]
    return [{"record": part} for part in records] if elements.along else records


def _contents(envelope: LogFormat, records: Iterable[Record]) -> list[Record]:
    """Return the JSON objects inside the records of an envelope."""
    found = (next((value for path in envelope.content if (value := path.found_in(record))), None) for record in records)
    parsed = (_parsed(value) if isinstance(value, str) else value for value in found)
    return [value for value in parsed if isinstance(value, dict)]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
