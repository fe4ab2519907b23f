"""Read log formats from TOML files: which value of a line fills which column.

docs/adding_a_format.md shows the language on one screen. The built-in formats are beside this module; a user's custom
formats are in the folder, or the file, that the setting `formats` names.
"""

import json
import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from pixeldesk.errors import FormatUnclear, UsageError
from pixeldesk.ingest.formats.columns import COLUMNS, Column, Unit
from pixeldesk.ingest.formats.json_path import JsonPath, json_path
from pixeldesk.ingest.formats.pieces import PieceReader, Pieces
from pixeldesk.ingest.sources.format_name import UNRECOGNISED, FormatName

_FOLDER = Path(__file__).parent
# Syntax that RE2, the engine of DuckDB's regular expressions, does not have.
_NOT_IN_RE2 = re.compile(r"\\[1-9Z]|\(\?(?!:|[is]+\)|P<)|[*+?}]\+")
_NAMES = r"[A-Za-z0-9_-]+"
MAX_LAYERS = 4
"""The most formats that may be nested: JSON in a JSON string is unwrapped up to three levels."""

MAX_FORMATS = 6
"""The most formats that the lines of one source may be in."""

Seat = Literal["edge", "proxy", "platform", "application"]
"""Who wrote a line. The further right, the nearer to the application, and the more reliable the status."""

_Path = Annotated[JsonPath, BeforeValidator(lambda text: json_path(text) if isinstance(text, str) else text)]
_Paths = Annotated[tuple[_Path, ...], BeforeValidator(lambda paths: (paths,) if isinstance(paths, str) else paths)]


class FieldRule(BaseModel):
    """One path where the value of a field may be found, and how it is read there."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    path: _Path | None = None
    value: str | None = None
    """A constant, used if the path has a value; without a path, on every line."""
    unit: Unit | None = None
    pattern: str | None = None
    """A regular expression with one group, which is the value. Without a match there is no value."""
    values: dict[str, str] = {}
    """Maps the texts found to their meanings; any other text is no value."""
    absent: tuple[str, ...] = ()
    """Placeholders for an absent value, such as -."""
    none: tuple[str, ...] = ()
    """Placeholders after which the rules that follow are not tried either."""
    query: _Path | None = None
    """Where the query of an address is, if it is not in the value: it is appended after a question mark."""
    counter_of: _Paths = ()
    """A whole number is a counter of one process, and the values at these paths identify the process."""
    beside: "tuple[FieldRule, ...]" = ()
    """The rule applies only to a line in which one of these rules finds a value."""

    @field_validator("beside", mode="before")
    @classmethod
    def _paths_are_rules(cls, given: Any) -> Any:
        return _as_rules(given)

    @property
    def paths(self) -> tuple[JsonPath, ...]:
        """Every path that the rule reads."""
        beside = (path for rule in self.beside for path in rule.paths)
        return (*(path for path in (self.path, self.query) if path), *self.counter_of, *beside)

    def is_met_by(self, value: Any) -> bool:
        """Return whether a value of a parsed document is one by the rule's pattern; None is none."""
        if value is None or self.pattern is None:
            return value is not None
        found = re.search(self.pattern, value if isinstance(value, str) else json.dumps(value))
        return bool(found and found[1])

    @model_validator(mode="after")
    def _is_complete(self) -> "FieldRule":
        if self.path is None and self.value is None:
            raise ValueError("needs a path or a value")
        if self.pattern is not None:
            try:
                groups = re.compile(self.pattern).groups
            except re.error as error:
                raise ValueError(f"pattern {self.pattern!r} is not a regular expression: {error}") from error
            if groups != 1 or "(?P<" in self.pattern or _NOT_IN_RE2.search(self.pattern):
                raise ValueError("pattern needs exactly one group, and no look-around, back-reference or name")
        return self


def _as_rules(given: Any) -> Any:
    rules = given if isinstance(given, list | tuple) else [given]
    return tuple({"path": rule} if isinstance(rule, str) else rule for rule in rules)


def _check_text_pattern(pattern: str) -> str:
    try:
        compiled = re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    if not compiled.groupindex or compiled.groups != len(compiled.groupindex) or _NOT_IN_RE2.search(pattern):
        raise ValueError(f"{pattern!r} needs named groups, and no other group, look-around or back-reference")
    if not re.match(r"(\(\?s\))?\^", pattern) or not pattern.endswith("$"):
        raise ValueError(f"{pattern!r} describes a whole line: it begins with ^ and ends with $")
    return pattern


_TextPattern = Annotated[str, AfterValidator(_check_text_pattern)]
_Rules = Annotated[tuple[FieldRule, ...], BeforeValidator(_as_rules)]
Group = tuple[_Rules, ...]
"""Marks by which a line is known: it has them all. A mark is a value that one of its rules finds."""


@dataclass(frozen=True)
class FormatField:
    """One column of a format and its rules. The first rule with a value fills it."""

    column: str
    rules: tuple[FieldRule, ...]

    @property
    def kind(self) -> Column:
        """The type of the column."""
        return COLUMNS[self.column]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the rules, as text."""
        return tuple(str(rule.path) for rule in self.rules if rule.path)


class Elements(BaseModel):
    """Which list of a document holds the lines: `resourceLogs[].scopeLogs[].logRecords`.

    Each element becomes a line. With `along`, the paths of values beside the lists on the way, a line is
    `{"record": the element, "resource": …, "scope": …}`. `attributes` are OTLP lists in such a line that become
    objects: `[{"key": "http.route", "value": {"stringValue": "/"}}]` becomes `{"http.route": "/"}`. `values` are OTLP
    values that become plain if they are a list or an object: `{"kvlistValue": …}` becomes `{"name": …}`. With `pairs`
    an element is a list that becomes an object: `[{"field": "@message", "value": "hi"}]` becomes `{"@message": "hi"}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    list: str = Field(pattern=rf"^{_NAMES}((\[\])?\.{_NAMES})*$")
    along: tuple[Annotated[str, Field(pattern=rf"^{_NAMES}([\[\].]+{_NAMES})*$")], ...] = ()
    attributes: tuple[Annotated[str, Field(pattern=rf"^{_NAMES}\.{_NAMES}$")], ...] = ()
    values: tuple[Annotated[str, Field(pattern=rf"^{_NAMES}\.{_NAMES}$")], ...] = ()
    pairs: (
        tuple[Annotated[str, Field(pattern=rf"^{_NAMES}$")], Annotated[str, Field(pattern=rf"^{_NAMES}$")]] | None
    ) = None


class LogFormat(BaseModel):
    """A log format and, if it is read as an envelope, the format of the JSON inside its lines."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    format_name: str = Field(alias="name", pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    other_names: tuple[str, ...] = ()
    seat: Seat = "application"
    strict: bool = False
    """Refuse a line with a value of the wrong type, and a request line without an id."""
    dotted_names: bool = False
    """A path `a.b` also matches the single name "a.b"."""
    absent: tuple[str, ...] = ("",)
    """Placeholders for an absent value at every path."""
    generic: bool = False
    """The format counts only for lines that no other format knows."""
    text_patterns: tuple[_TextPattern, ...] = ()
    """Regular expressions of lines that are text. The named groups of the first that matches are read as an object."""
    text_pairs: bool = False
    """A line is text, name=value pairs, and is read as an object of them."""
    recognised_by: tuple[Group, ...] = ()
    """A line that has all marks of one group is of this format. A text that matches needs none."""
    recognised_inside: tuple[Group, ...] = ()
    """Further groups, for a line inside an envelope, which may have the time."""
    recognised_among_its_own: tuple[Group, ...] = ()
    """Further groups, for a line of a source whose main format this is."""
    unlike: _Rules = ()
    """A line in which one of these rules finds a value is not of this format, whatever else it has."""
    detected_by: tuple[Group, ...] = ()
    """The groups that detect the format of a source, if `recognised_by` would also match lines of other formats."""
    content: _Paths = ()
    """Paths of a line of an inner format, as an object or as text. They make this format an envelope."""
    content_is_json: bool = False
    """Text in the content is a message of this format, whatever format it looks like."""
    byte_lists: bool = False
    """The content may be a list of the bytes of a text: [104, 105]."""
    knows_any_content: bool = False
    """A line is known by its envelope, whatever JSON is in it. Without it, JSON that no format knows is unmapped."""
    elements: Elements | None = None
    pieces: Pieces | None = None
    """How a long line is cut into several, which are joined before anything is parsed."""
    api_key: _Paths = ()
    """Paths where an API key may be logged in clear: its fingerprint is stored, the key is not."""
    columns: dict[str, _Rules] = Field(alias="fields")
    aliases: dict[Literal["request", "edge", "trace", "downstream"], _Rules] = {}
    """Other ids of the same request. Aliases of kind request and edge also decide which lines are one request."""
    remark: _Rules = ()
    """A line with a status in which one of these has a value is a remark on a request that has an access line too."""
    joined_by: _Paths = ()
    """Paths whose values together tell which lines of the same program are of one request, if it has no id."""
    inner: "LogFormat | None" = Field(default=None, exclude=True)
    is_main: bool = Field(default=False, exclude=True)
    """Whether it is the main format of a source."""
    others: "tuple[LogFormat, ...]" = Field(default=(), exclude=True)
    """The formats of further lines in the same source, in the order in which they are tried."""
    are_documents: bool = Field(default=False, exclude=True)
    """Whether the source holds JSON documents to be unfolded: see ingest/sources/documents.py."""
    is_fallback: bool = Field(default=False, exclude=True)
    """Whether the format is used only because none was detected."""

    @model_validator(mode="after")
    def _is_consistent(self) -> "LogFormat":
        unknown = self.columns.keys() - COLUMNS.keys()
        if unknown:
            raise ValueError(f"no column is called {', '.join(sorted(unknown))}; the columns are: {', '.join(COLUMNS)}")
        if not self.recognised_by and not self.text_patterns:
            raise ValueError("needs recognised_by: by which paths a line of this format is recognised")
        if self.is_text and self.elements:
            raise ValueError("a format of text holds no list of elements")
        if self.is_text and any(len(path.steps) > 1 for path in self.paths):
            raise ValueError("a format of text has no names inside others; write a name with a dot as '\"a.b\"'")
        if self.strict:
            self._check_strictness()
        for field in self.fields:
            if field.kind.unit is None and any(rule.unit for rule in field.rules):
                raise ValueError(f"fields.{field.column} takes no unit")
        return self

    def _check_strictness(self) -> None:
        paths = {str(rule.path) for field in self.fields for rule in field.rules if rule.path}
        paths |= set(map(str, self._marks))
        if any("[" in path for path in paths):
            raise ValueError("a strict format takes no element of a list")
        if any(other.startswith(f"{path}.") for path in paths for other in paths):
            raise ValueError("a strict format takes no object and a part of it")

    @property
    def name(self) -> FormatName:
        """The names of the format and of those inside it."""
        layers = (UNRECOGNISED,) if self.is_fallback else tuple(layer.format_name for layer in self.layers)
        return FormatName(layers, self.are_documents, tuple(other.name.layers for other in self.others))

    @property
    def is_text(self) -> bool:
        """Whether its lines are text, and not JSON."""
        return bool(self.text_patterns) or self.text_pairs

    @property
    def is_timeless(self) -> bool:
        """Whether its lines are text without a time, which count only inside an envelope that has one."""
        return self.is_text and not self.content and "timestamp" not in self.columns

    @property
    def takes_words(self) -> bool:
        """Whether a text that nothing reads is an event of an envelope that has a time."""
        return any(layer.content and "timestamp" in layer.columns for layer in self.layers)

    @property
    def alternatives(self) -> "tuple[LogFormat, ...]":
        """The formats of the lines of a source, each without the others, in the order in which they are tried."""
        return (self.with_others(()), *self.others)

    @cached_property
    def fields(self) -> tuple[FormatField, ...]:
        """The columns that the format fills, without those of the formats inside it."""
        return tuple(FormatField(column, rules) for column, rules in self.columns.items())

    @cached_property
    def paths(self) -> tuple[JsonPath, ...]:
        """Every path that the format reads for its columns and aliases, to recognise a line and to unwrap it."""
        rules = [rule for rules in (*self.columns.values(), *self.aliases.values(), self.remark) for rule in rules]
        paths = (path for rule in rules for path in rule.paths)
        read = [*self._marks, *self.content, *self.joined_by, *paths]
        return tuple(dict.fromkeys(read))

    @property
    def piece_reader(self) -> PieceReader | None:
        """What recognises the pieces of a line; None for a format whose writers cut no lines."""
        return PieceReader(self.pieces, self.text_patterns) if self.pieces else None

    @property
    def _marks(self) -> tuple[JsonPath, ...]:
        groups = (*self.recognised_by, *self.recognised_inside, *self.recognised_among_its_own, (self.unlike,))
        return tuple(path for group in groups for mark in group for rule in mark for path in rule.paths)

    def groups(self, is_inside: bool) -> tuple[Group, ...]:
        """Return the groups of marks by which a line is known, inside an envelope or on its own."""
        inside = self.recognised_inside if is_inside else ()
        return (*self.recognised_by, *inside, *(self.recognised_among_its_own if self.is_main else ()))

    def score(self, document: dict[str, Any], is_inside: bool) -> int:
        """Return the size of the largest group of which a parsed line has all marks; 0 if there is none."""
        groups = (*(self.detected_by or self.recognised_by), *(self.recognised_inside if is_inside else ()))
        return self._largest(groups, document)

    def recognises(self, document: dict[str, Any], is_inside: bool) -> bool:
        """Return whether a parsed line is of this format."""
        groups = self.groups(is_inside)
        return not groups or self._largest(groups, document) > 0

    def _largest(self, groups: tuple[Group, ...], document: dict[str, Any]) -> int:
        complete = (len(group) for group in groups if all(self.has(document, mark) for mark in group))
        largest = max(complete, default=0)
        return 0 if largest and self.has(document, self.unlike) else largest

    def has(self, document: dict[str, Any], rules: tuple[FieldRule, ...]) -> bool:
        """Return whether one of the rules finds a value in a parsed document."""
        return any(
            rule.is_met_by(path.found_in(document))
            for rule in rules
            if rule.path
            for path in self.spellings(rule.path)
            if path.steps[0] in document
        )

    @property
    def layers(self) -> "tuple[LogFormat, ...]":
        """The format and those inside it, the outermost first."""
        return (self, *(self.inner.layers if self.inner else ()))

    @cached_property
    def objects(self) -> tuple[str, ...]:
        """The top-level names whose values are objects."""
        paths = [rule.path for field in self.fields for rule in field.rules if rule.path]
        return tuple(dict.fromkeys(str(path.steps[0]) for path in paths if len(path.steps) > 1))

    def spellings(self, path: JsonPath) -> tuple[JsonPath, ...]:
        """Return the path and, if the format has dotted names, the same path as one name."""
        if not self.dotted_names or len(path.steps) == 1 or any(isinstance(step, int) for step in path.steps):
            return (path,)
        return (path, JsonPath((".".join(map(str, path.steps)),)))

    def narrowed(self, names: Collection[str]) -> "LogFormat":
        """Return the format without the rules that find nothing in lines which have only these top-level names."""
        aliases = {kind: self._possible(rules, names) for kind, rules in self.aliases.items()}
        columns = {column: self._possible(rules, names) for column, rules in self.columns.items()}
        found = self.model_copy(
            update={
                "columns": columns,
                "aliases": {kind: rules for kind, rules in aliases.items() if rules},
                "recognised_by": self._possible_groups(self.recognised_by, names),
                "recognised_inside": self._possible_groups(self.recognised_inside, names),
                "recognised_among_its_own": self._possible_groups(self.recognised_among_its_own, names),
                "unlike": self._possible(self.unlike, names),
                "remark": self._possible(self.remark, names),
            }
        )
        for cached in ("fields", "paths", "objects"):
            found.__dict__.pop(cached, None)
        return found

    def _possible_groups(self, groups: tuple[Group, ...], names: Collection[str]) -> tuple[Group, ...]:
        possible = (tuple(self._possible(mark, names) for mark in group) for group in groups)
        return tuple(group for group in possible if all(group))

    def _possible(self, rules: tuple[FieldRule, ...], names: Collection[str]) -> tuple[FieldRule, ...]:
        """Return the rules that may find a value, without the parts of them that cannot."""
        possible = []
        for rule in rules:
            beside = self._possible(rule.beside, names)
            if (rule.path and not self._may_occur(rule.path, names)) or bool(rule.beside) != bool(beside):
                continue
            query = rule.query if rule.query and self._may_occur(rule.query, names) else None
            possible.append(rule.model_copy(update={"beside": beside, "query": query}))
        return tuple(possible)

    def _may_occur(self, path: JsonPath, names: Collection[str]) -> bool:
        return any(spelling.steps[0] in names for spelling in self.spellings(path))

    def as_fallback(self) -> "LogFormat":
        """Return the format marked as the fallback for a source whose format was not detected."""
        return self.model_copy(update={"is_fallback": True, "is_main": False})

    def as_main(self) -> "LogFormat":
        """Return the format, and that inside it, as the main format of a source."""
        return self.model_copy(update={"is_main": True, "inner": self.inner.as_main() if self.inner else None})

    def in_documents(self, are_documents: bool = True) -> "LogFormat":
        """Return the format for a source that holds JSON documents, or lines."""
        return self.model_copy(update={"are_documents": are_documents})

    def with_others(self, others: "tuple[LogFormat, ...]") -> "LogFormat":
        """Return the format for a source that has lines of these formats too."""
        return self.model_copy(update={"others": others})

    def around(self, inner: "LogFormat | None") -> "LogFormat":
        """Return this envelope around another format."""
        return self.model_copy(update={"inner": inner})

    def with_layers(self, layers: "Sequence[LogFormat]") -> "LogFormat":
        """Return the format with other layers, the outermost first."""
        return _around_each_other(layers).with_others(self.others).in_documents(self.are_documents)


def log_format(name: str | FormatName, custom: Path | None = None) -> LogFormat:
    """Return the format of this name; `docker/pino` is pino inside docker. Raises UsageError for an unknown name."""
    name = FormatName.parse(name) if isinstance(name, str) else name
    known = {alias: each for each in log_formats(custom) for alias in (each.format_name, *each.other_names)}
    main, *others = [_nested(layers, known) for layers in (name.layers, *name.others)]
    return main.as_main().in_documents(name.are_documents).with_others(tuple(others))


def _nested(layers: tuple[str, ...], known: dict[str, LogFormat]) -> LogFormat:
    """Return the innermost of the layers, inside the envelopes that the other layers name."""
    unknown = [layer for layer in layers if layer not in known]
    if unknown or not 1 <= len(layers) <= MAX_LAYERS:
        names = ", ".join(dict.fromkeys(each.format_name for each in known.values()))
        wrong = (unknown or ["/".join(layers)])[0]
        raise UsageError(f"no log format is called {wrong}; the formats are: auto, {names}")
    for layer in layers[:-1]:
        if not known[layer].content:
            raise FormatUnclear(f"{layer} is not an envelope and holds no other format", (layer,))
    return _around_each_other([known[layer] for layer in layers])


def _around_each_other(layers: Sequence[LogFormat]) -> LogFormat:
    """Return the first of the layers around the second, and so on."""
    return reduce(lambda inner, layer: layer.around(inner), reversed(layers))


def log_formats(custom: Path | None = None) -> tuple[LogFormat, ...]:
    """Return every format, custom ones first. Raises UsageError for a file that does not hold a format."""
    formats: dict[str, LogFormat] = {}
    for found in (*custom_formats(custom), *_built_in_formats()):
        formats.setdefault(found.format_name, found)
    return tuple(formats.values())


def custom_formats(custom: Path | None) -> tuple[LogFormat, ...]:
    """Return the user's own formats. Raises UsageError for a file that does not hold a format."""
    return tuple(_read(file, file.stat().st_mtime_ns) for file in _custom_files(custom))


@cache
def _built_in_formats() -> tuple[LogFormat, ...]:
    return tuple(_read(file, file.stat().st_mtime_ns) for file in sorted(_FOLDER.glob("*.toml")))


def _custom_files(custom: Path | None) -> list[Path]:
    if custom is None:
        return []
    if not custom.exists():
        raise UsageError(
            f"{custom}: no such file or folder; PIXELDESK_FORMATS names the file of a format, or a folder of such files"
        )
    return sorted(custom.glob("*.toml")) if custom.is_dir() else [custom]


@cache
def _read(file: Path, modified_ns: int) -> LogFormat:  # noqa: ARG001 (an edited file is read again)
    try:
        return LogFormat.model_validate(tomllib.loads(file.read_text()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({error})") from error
    except ValidationError as error:
        raise UsageError(f"{file}: {_first_problem(error)}; docs/adding_a_format.md describes the language") from error


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
