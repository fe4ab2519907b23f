"""Read the first bytes of a source as lines, or as the elements of documents, for the few that Python looks at."""

import json
import re
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from pixeldesk.ingest.formats.log_format import Elements, LogFormat, log_formats
from pixeldesk.ingest.formats.text_lines import parsed_text, text_of_bytes
from pixeldesk.ingest.sources.documents import PeekedStream
from pixeldesk.ingest.sources.joining import PieceJoiner
from pixeldesk.ingest.sources.mending import as_meant, mended

SAMPLE_BYTES = 1 << 16
# For a source whose first line is longer than the usual sample.
_MAX_SAMPLE_BYTES = 1 << 22
MAX_LINES = 40
"""The most lines of a sample that are looked at."""
# How many of them show the fields of a source.
_FEW = 8
_BETWEEN_VALUES = re.compile(r"[\s,\[\]]*")
_LINE_FEED = ord("\n")
Record = dict[str, Any]
Line = Record | str
"""A line of a sample: a JSON object, or the text of a line that is none."""


def sample(stream: PeekedStream) -> tuple[bytes, bool]:
    """Return the first bytes of a source, and whether they are all of it. The stream does not consume them."""
    # One byte more shows whether anything follows.
    size, first = SAMPLE_BYTES, stream.peek(SAMPLE_BYTES + 1)
    if len(first) > size and b"\n" not in first[:size]:
        size, first = _MAX_SAMPLE_BYTES, stream.peek(_MAX_SAMPLE_BYTES + 1)
    return first[:size], len(first) <= size


def text_of(sample: bytes, custom: Path | None) -> str:
    """Return the text of a sample, with each line whole of which it has all pieces."""
    return _joined(sample, custom).removeprefix(b"\xef\xbb\xbf").decode(errors="replace")


def _joined(sample: bytes, custom: Path | None) -> bytes:
    """Return a sample with each line whole of which it has all pieces."""
    readers = [reader for each in log_formats(custom) if (reader := each.piece_reader)]
    octets = np.frombuffer(sample, np.uint8)
    ends = np.flatnonzero(octets == _LINE_FEED)
    if not len(ends):
        return sample
    # Which format it is nobody knows yet: the lines of a wrong one seldom end.
    joined = max((PieceJoiner([reader]).joined(sample, octets, ends).lines for reader in readers), key=len)
    lines: list[bytes | None] = list(sample.split(b"\n"))
    for line in joined:
        for index in line.indexes:
            lines[index] = None
        lines[line.indexes[0]] = line.content
    return b"\n".join(line for line in lines if line is not None)


def lines_of(text: str, is_whole: bool) -> tuple[list[Line], int]:
    """Return the first lines that are not blank, and how many characters those of them have that are objects."""
    lines = text.split("\n")
    found: list[Line] = []
    characters = 0
    for line in lines if is_whole else lines[:-1]:
        if not line.strip():
            continue
        found.append(_as_line(line))
        characters += len(line) if isinstance(found[-1], dict) else 0
        if len(found) == MAX_LINES:
            break
    return found, characters


def values_of(text: str) -> tuple[list[Record], int]:
    """Return the JSON objects that follow each other from the start, in an array or not, and their characters.

    Returns nothing for a sample that can be read as lines: one object a line, or text after an object on its line.
    """
    decoder = json.JSONDecoder()
    records: list[Record] = []
    characters = 0
    are_documents = text.lstrip().startswith("[")
    separator = _BETWEEN_VALUES.match(text)
    while separator and len(records) < MAX_LINES:
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
    return (records, characters) if are_documents or len(records) == MAX_LINES else ([], 0)


def elements_in(text: str, custom: Path | None) -> list[Record]:
    """Return the first elements of a document that is longer than the sample."""
    for candidate in log_formats(custom):
        if candidate.elements is None:
            continue
        name = re.escape(candidate.elements.list.rpartition(".")[2])
        begin = re.search(rf'"{name}"\s*:\s*\[', text)
        found = values_of(text[begin.end() :])[0] if begin else []
        if found and candidate.elements.pairs:
            found = _rows(found, candidate.elements.pairs)
        if found:
            return [{"record": record} if candidate.elements.along else record for record in found]
    return []


def first_lines(sample: bytes, is_whole: bool, log_format: LogFormat, custom: Path | None) -> Sequence[Line]:
    """Return the first lines or documents of a source that begins with `sample`, and was detected as `log_format`."""
    text = text_of(sample, custom)
    if log_format.are_documents:
        return (values_of(text)[0] or elements_in(text, custom))[:_FEW]
    return lines_of(text, is_whole)[0][:_FEW]


def as_lines(texts: Iterable[str]) -> list[Line]:
    """Return the first lines of those given as `formats_of` takes them."""
    return [_as_line(text) for text in islice(texts, MAX_LINES)]


def _as_line(text: str) -> Line:
    text = as_meant(text)
    value = _parsed(text) if text.lstrip().startswith("{") else None
    if value is None and ("\x1b" in text or "\\" in text):
        text = mended(text)
        value = _parsed(text) if text.lstrip().startswith("{") else None
    return value if isinstance(value, dict) else text


def opened(candidate: LogFormat, line: Line) -> list[Record]:
    """Return the record that a line is in a format; a document of the format is replaced by its elements."""
    if candidate.is_text:
        found = parsed_text(line, candidate) if isinstance(line, str) else None
        return [found] if found else []
    if isinstance(line, str):
        return []
    if candidate.elements is None:
        return [line]
    return _elements_of(line, candidate.elements)[:MAX_LINES] or [line]


def _elements_of(document: Record, elements: Elements) -> list[Record]:
    parts: list[Any] = [document]
    for step in elements.list.split("[]."):
        lists = [reduce(_inside, step.split("."), part) for part in parts]
        parts = [part for found in lists if isinstance(found, list) for part in found[:MAX_LINES]]
    if elements.along:
        beside: Record = {path.rpartition(".")[2]: {} for path in elements.along}
        return [{"record": part, **beside} for part in parts if isinstance(part, dict | list)]
    if elements.pairs:
        return [row for part in parts if isinstance(part, list) for row in _rows(part, elements.pairs)]
    return [part for part in parts if isinstance(part, dict)]


def _inside(document: Any, name: str) -> Any:
    return document.get(name) if isinstance(document, dict) else None


def _rows(pairs: Iterable[Any], names: tuple[str, str]) -> list[Record]:
    """Return the objects that pairs of a name and a value stand for; a name that comes again begins the next object."""
    name, value = names
    rows: list[Record] = [{}]
    for pair in pairs:
        if isinstance(pair, dict) and name in pair:
            if pair[name] in rows[-1]:
                rows.append({})
            rows[-1][str(pair[name])] = pair.get(value)
    return [row for row in rows if row]


def contents_of(envelope: LogFormat, records: Iterable[Record]) -> list[Line]:
    """Return what is inside the records of an envelope."""
    found = (next((value for path in envelope.content if (value := path.found_in(record))), None) for record in records)
    if envelope.byte_lists:
        found = (text_of_bytes(value) for value in found)
    return [value if isinstance(value, dict) else _as_line(value) for value in found if isinstance(value, dict | str)]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
