"""Which format a source is in, told from its first bytes.

Each line scores, for each format, the size of the largest group of paths in `detected_by` that it has whole; the
format with the most points is the file's. What an envelope holds is looked at in the same way, three levels deep.
Python reads these first lines, some dozens, and no more.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pixeldesk.errors import UsageError
from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import MOST_LAYERS, Elements, LogFormat, log_format, log_formats
from pixeldesk.ingest.sources.documents import PeekedStream

SAMPLE_BYTES = 1 << 16
# For a source whose first line is longer than the usual sample.
_MAX_SAMPLE_BYTES = 1 << 22
_SAMPLED = 40
# Where the first of them leave no doubt, the others are not looked at.
_FEW = 8
# With fewer times the second format's points it is open which one is right.
_CLEAR_LEAD = 1.25
# Of the lines, so many of another format make a mixture.
_MIXED_SHARE = 0.2
# Who writes a format means it to be used.
_OWN_WEIGHT = 2
# Of the lines, that are of the format at least.
_LEAST_SHARE = 0.1
_BETWEEN_VALUES = re.compile(r"[\s,\[\]]*")
_NATIVE = "pixel"
Record = dict[str, Any]


def sample(stream: PeekedStream) -> tuple[bytes, bool]:
    """Return the first bytes of a source, and whether they are all of it. The stream yields them all the same."""
    # One byte more shows whether anything follows.
    size, first = SAMPLE_BYTES, stream.peek(SAMPLE_BYTES + 1)
    if len(first) > size and b"\n" not in first[:size]:
        size, first = _MAX_SAMPLE_BYTES, stream.peek(_MAX_SAMPLE_BYTES + 1)
    return first[:size], len(first) <= size


def detect_format(sample: bytes, is_whole: bool, given: str, own: Path | None) -> LogFormat:
    """Tell a source's format from its first bytes. `is_whole`: there are no more; `given`: auto, or a format's name,
    in which case only whether they are documents is told.

    What no format fits is UNRECOGNISED. Raises UsageError where two formats fit alike.
    """
    text = sample.removeprefix(b"\xef\xbb\xbf").decode(errors="replace")
    lines, on_lines = _lines(text, is_whole)
    # Lines that are all objects need no other reading.
    values, in_values = ([], 0) if len(lines) == _SAMPLED else _values(text)
    is_cut_off = on_lines < len(text) // 2 and not in_values and "\n" in text.strip() and bool(_elements(text, own))
    are_documents = in_values > on_lines or is_cut_off
    if given != "auto":
        return log_format(given, own).in_documents(are_documents)
    records = values if are_documents else lines
    found = _best(records or _elements(text, own), own)
    return (found or log_format(_NATIVE, own).as_fallback()).in_documents(are_documents)


def _lines(text: str, is_whole: bool) -> tuple[list[Record], int]:
    """The lines that are JSON objects, and how many characters they are."""
    lines = text.split("\n")
    records: list[Record] = []
    characters = 0
    for line in lines if is_whole else lines[:-1]:
        value = _parsed(line) if line.lstrip().startswith("{") else None
        if isinstance(value, dict):
            records.append(value)
            characters += len(line)
        if len(records) == _SAMPLED:
            break
    return records, characters


def _values(text: str) -> tuple[list[Record], int]:
    """The JSON objects that follow one another from the start, in an array or not, and how many characters they are.

    A line with something behind its object is no such thing, though it begins with one.
    """
    decoder = json.JSONDecoder()
    records: list[Record] = []
    characters = 0
    needs_it = text.lstrip().startswith("[")
    between = _BETWEEN_VALUES.match(text)
    while between and len(records) < _SAMPLED:
        start = between.end()
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            needs_it = needs_it or text[start : start + 1] in ("", "{")
            break
        needs_it = needs_it or "\n" in text[start:end]
        if isinstance(value, dict):
            records.append(value)
            characters += end - start
        between = _BETWEEN_VALUES.match(text, end)
    return (records, characters) if needs_it or len(records) == _SAMPLED else ([], 0)


def _elements(text: str, own: Path | None) -> list[Record]:
    """Elements of a document that is too long to be seen whole."""
    for one in log_formats(own):
        if one.elements is None:
            continue
        name = re.escape(one.elements.list.rpartition(".")[2])
        begin = re.search(rf'"{name}"\s*:\s*\[', text)
        found = _values(text[begin.end() :])[0] if begin else []
        if found:
            return [{"record": record} if one.elements.along else record for record in found]
    return []


def _best(records: Sequence[Record], own: Path | None, around: tuple[str, ...] = ()) -> LogFormat | None:
    few = records[:_FEW]
    first, leads, fitting = _compared(few, own)
    if len(records) > _FEW and (leads < 2 or fitting < len(few)):
        first, leads, fitting = _compared(records, own)
    if fitting < max(1, _LEAST_SHARE * len(records)):
        return None
    best = log_format(first, own)
    second = _ranked(records, own)[1][1] if leads < _CLEAR_LEAD else _of_others(best, records, own)
    if second:
        one, other = ("/".join((*around, name)) for name in (first, second))
        raise UsageError(f"its first lines could be {one} or {other}; say which: --format {one} or --format {other}")
    if best.content and len(around) + 1 < MOST_LAYERS:
        inner = _contents(best, _opened(best, records))
        return best.around(_best(inner, own, (*around, first)))
    return best


def _of_others(best: LogFormat, records: Sequence[Record], own: Path | None) -> str | None:
    """Another format, of which so many of the lines are that these are a mixture of both."""
    others = [record for record in records if not best.elements and _score(best, record) == 0]
    if len(others) <= _MIXED_SHARE * len(records):
        return None
    name, _, fitting = _compared(others, own)
    return name if fitting > _MIXED_SHARE * len(records) else None


def _compared(records: Sequence[Record], own: Path | None) -> tuple[str, float, int]:
    """The format with most points, how many times those of the second it has, and how many records are of it."""
    (most, first), (next_most, _) = _ranked(records, own)[:2]
    one = log_format(first, own)
    fitting = sum(_score(one, record) > 0 for record in _opened(one, records))
    return first, most / next_most if next_most else float("inf"), fitting


def _ranked(records: Sequence[Record], own: Path | None) -> list[tuple[float, str]]:
    owned = len(log_formats(own)) - len(log_formats())
    points = [
        (_points(one, records) * (_OWN_WEIGHT if place < owned else 1), one.format_name)
        for place, one in enumerate(log_formats(own))
    ]
    return sorted(points, key=lambda one: -one[0])


def _points(one: LogFormat, records: Sequence[Record]) -> float:
    opened = _opened(one, records)
    return sum(_score(one, record) for record in opened) / len(opened) if opened else 0


def _score(one: LogFormat, record: Record) -> int:
    return max((len(group) for group in one.marks if all(_has(record, path) for path in group)), default=0)


def _has(record: Record, spellings: tuple[JsonPath, ...]) -> bool:
    return any(path.steps[0] in record and path.found_in(record) is not None for path in spellings)


def _opened(one: LogFormat, records: Sequence[Record]) -> list[Record]:
    """The records, or the elements of those that are documents of the format."""
    if one.elements is None:
        return list(records)
    opened: list[Record] = []
    for record in records:
        opened += _taken_apart(record, one.elements) or [record]
    return opened[:_SAMPLED]


def _taken_apart(record: Record, elements: Elements) -> list[Record]:
    parts: list[Any] = [record]
    for step in elements.list.split("[]."):
        lists = [part.get(step) for part in parts if isinstance(part, dict)]
        parts = [part for found in lists if isinstance(found, list) for part in found[:_SAMPLED]]
    records = [part for part in parts if isinstance(part, dict)]
    return [{"record": part} for part in records] if elements.along else records


def _contents(one: LogFormat, records: Iterable[Record]) -> list[Record]:
    found = (next((value for path in one.content if (value := path.found_in(record))), None) for record in records)
    parsed = (_parsed(value) if isinstance(value, str) else value for value in found)
    return [value for value in parsed if isinstance(value, dict)]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
