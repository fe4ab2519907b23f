"""Find fields of a source that look like a status, a path, an id or a time, and that its format does not read.

Python looks at the first few lines of a source, once. A field counts only where the line has no such value from another
field: a request that has a path needs no second one.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pixeldesk.ingest.formats.json_path import JsonPath
from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.formats.samples import Line, Record, contents_of, opened

# The most fields of a line that are looked at, how deep, and the most that are named.
_MOST_FIELDS = 300
_DEEPEST = 5
_MOST_NAMED = 6
_LONGEST_NAME = 60
# Objects that hold what another server answered.
_OF_OTHERS = {("err",), ("error",), ("exception",), ("upstream",)}
_METHODS = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"
_Path = tuple[str | int, ...]


@dataclass(frozen=True)
class _Look:
    """What a value of a column looks like: by the last part of its name in lower case, and as text."""

    column: str
    name: re.Pattern[str]
    value: re.Pattern[str]

    def fits(self, name: str, value: Any) -> bool:
        is_scalar = isinstance(value, str | int | float) and not isinstance(value, bool)
        return is_scalar and bool(self.name.fullmatch(name) and self.value.match(str(value)))


_LOOKS = (
    _Look("status", re.compile(r"(.*_)?(status|code|status_?code|sc)"), re.compile(r"[1-5]\d\d$")),
    _Look(
        "path",
        re.compile(r"(.*_)?(url|uri|path|target|request|request_?line|endpoint|resource)"),
        re.compile(rf"/|https?://|({_METHODS}) [/h]"),
    ),
    _Look(
        "request_id",
        re.compile(r"(.*_)?(request|req|trace|correlation|transaction|call)_?id|rid|x_request_id"),
        re.compile(r"[\w.:=/+-]{1,200}$"),
    ),
    _Look(
        "timestamp",
        re.compile(r"(.*_)?(time|timestamp|ts|date|datetime|at)|time_.*"),
        re.compile(r"\[?(\d{4}-\d\d-\d\d|\d{10,19}(\.\d+)?$|\d\d/[A-Z][a-z][a-z]/\d{4})"),
    ),
)


def unread_fields(lines: Sequence[Line], log_format: LogFormat) -> tuple[str, ...]:
    """Return the names of such fields in the first lines of a source, the most frequent first."""
    found: Counter[str] = Counter()
    for line in lines:
        alternative = next((each for each in log_format.alternatives if _reads(each, line)), log_format)
        for record in opened(alternative, line):
            found.update(_unread(record, alternative))
    return tuple(name for name, _ in found.most_common(_MOST_NAMED))


def _reads(alternative: LogFormat, line: Line) -> bool:
    return any(alternative.recognises(record, is_inside=False) for record in opened(alternative, line))


def _unread(record: Record, log_format: LogFormat) -> Iterator[str]:
    documents = list(_documents(record, log_format))
    looking = [
        (look, path)
        for layer, document in documents
        for path, value in _fields(document, _read_paths(layer))
        for look in _LOOKS
        if look.fits(_plain_name(str(path[-1])), value)
    ]
    lacking = {look.column for look in _LOOKS if not _has(look.column, documents)}
    is_request = "status" not in lacking or any(look.column == "status" for look, _ in looking)
    for look, path in looking:
        # A path alone is no request's: an application logs those of its files too.
        if look.column in lacking and (is_request or look.column != "path"):
            yield str(JsonPath(path))[:_LONGEST_NAME]


def _documents(record: Record, log_format: LogFormat) -> Iterator[tuple[LogFormat, Record]]:
    """Yield each layer with the object that it reads."""
    for layer in log_format.layers:
        yield layer, record
        inner = contents_of(layer, [record]) if layer.content else []
        found = opened(layer.inner, inner[0]) if inner and layer.inner else []
        if not found:
            break
        record = found[0]


def _has(column: str, documents: Sequence[tuple[LogFormat, Record]]) -> bool:
    return any(
        spelling.found_in(document) is not None
        for layer, document in documents
        for rule in layer.columns.get(column, ())
        if rule.path
        for spelling in layer.spellings(rule.path)
    )


def _read_paths(layer: LogFormat) -> set[_Path]:
    return {spelling.steps for path in layer.paths for spelling in layer.spellings(path)}


def _fields(document: Record, read: set[_Path]) -> list[tuple[_Path, Any]]:
    """Return the fields of an object that are not read, neither themselves nor with an object around them."""
    found: list[tuple[_Path, Any]] = []
    waiting: deque[tuple[_Path, Any]] = deque([((), document)])
    while waiting and len(found) < _MOST_FIELDS:
        path, value = waiting.popleft()
        if path in read or path[:1] in _OF_OTHERS:
            continue
        if isinstance(value, dict) and len(path) < _DEEPEST:
            waiting += [((*path, str(name)), inner) for name, inner in value.items()]
        elif path:
            found.append((path, value))
    return found


def _plain_name(name: str) -> str:
    """Return a name in lower case, with underscores between its words, without what stands before a dot."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition(".")[2])
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
