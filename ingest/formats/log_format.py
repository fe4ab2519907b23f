"""Read log formats from TOML files: which value of a line fills which column.

docs/adding_a_format.md shows the language on one screen. The built-in formats are beside this module; a user's custom
formats are in the folder, or the file, that the setting `formats` names.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pixeldesk.errors import FormatUnclear, UsageError
from pixeldesk.ingest.formats.columns import COLUMNS, Column, Unit
from pixeldesk.ingest.formats.json_path import JsonPath, json_path
from pixeldesk.ingest.sources.format_name import FormatName

_FOLDER = Path(__file__).parent
# Syntax that RE2, the engine of DuckDB's regular expressions, does not have.
_NOT_IN_RE2 = re.compile(r"\\[1-9Z]|\(\?(?!:|[is]+\)|P<)|[*+?}]\+")
UNRECOGNISED = "unrecognised"
"""The name of the format of a source that fits none. It is read as the native format, so that its lines are visible in
quarantine."""
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
    counter_of: _Paths = ()
    """A whole number is a counter of one process, and the values at these paths identify the process."""
    beside: _Paths = ()
    """The rule applies only to a line that has a value at one of these paths."""

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
    objects: `[{"key": "http.route", "value": {"stringValue": "/"}}]` becomes `{"http.route": "/"}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    list: str = Field(pattern=rf"^{_NAMES}(\[\]\.{_NAMES})*$")
    along: tuple[Annotated[str, Field(pattern=rf"^{_NAMES}([\[\].]+{_NAMES})*$")], ...] = ()
    attributes: tuple[Annotated[str, Field(pattern=rf"^{_NAMES}\.{_NAMES}$")], ...] = ()


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
    recognised_by: tuple[tuple[_Path, ...], ...] = ()
    """Groups of paths: a line that has all paths of one group is of this format. A text that matches needs none."""
    detected_by: tuple[tuple[_Path, ...], ...] = ()
    """The groups that detect the format of a source, if `recognised_by` would also match lines of other formats."""
    content: _Paths = ()
    """Paths of a line of an inner format, as an object or as text. They make this format an envelope."""
    knows_any_content: bool = False
    """A line is known by its envelope, whatever JSON is in it. Without it, JSON that no format knows is unmapped."""
    elements: Elements | None = None
    api_key: _Paths = ()
    """Paths where an API key may be logged in clear: its fingerprint is stored, the key is not."""
    columns: dict[str, _Rules] = Field(alias="fields")
    aliases: dict[Literal["request", "edge", "trace", "downstream"], _Rules] = {}
    """Other ids of the same request. Aliases of kind request and edge also decide which lines are one request."""
    inner: "LogFormat | None" = Field(default=None, exclude=True)
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
        if self.strict:
            self._check_strictness()
        for field in self.fields:
            if field.kind.unit is None and any(rule.unit for rule in field.rules):
                raise ValueError(f"fields.{field.column} takes no unit")
        return self

    def _check_strictness(self) -> None:
        paths = {str(rule.path) for field in self.fields for rule in field.rules if rule.path}
        paths |= {str(path) for group in self.recognised_by for path in group}
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
        rules = [rule for rules in (*self.columns.values(), *self.aliases.values()) for rule in rules]
        read = [*(path for group in self.recognised_by for path in group), *self.content]
        read += [path for rule in rules for path in (rule.path, *rule.counter_of, *rule.beside) if path]
        return tuple(dict.fromkeys(read))

    @property
    def layers(self) -> "tuple[LogFormat, ...]":
        """The format and those inside it, the outermost first."""
        return (self, *(self.inner.layers if self.inner else ()))

    @cached_property
    def objects(self) -> tuple[str, ...]:
        """The top-level names whose values are objects."""
        paths = [rule.path for field in self.fields for rule in field.rules if rule.path]
        return tuple(dict.fromkeys(str(path.steps[0]) for path in paths if len(path.steps) > 1))

    @cached_property
    def detection_groups(self) -> tuple[tuple[tuple[JsonPath, ...], ...], ...]:
        """The groups of paths that detect the format of a source, each path in all its spellings."""
        groups = self.detected_by or self.recognised_by
        return tuple(tuple(self.spellings(path) for path in group) for group in groups)

    def spellings(self, path: JsonPath) -> tuple[JsonPath, ...]:
        """Return the path and, if the format has dotted names, the same path as one name."""
        if not self.dotted_names or len(path.steps) == 1 or any(isinstance(step, int) for step in path.steps):
            return (path,)
        return (path, JsonPath((".".join(map(str, path.steps)),)))

    def as_fallback(self) -> "LogFormat":
        """Return the format marked as the fallback for a source whose format was not detected."""
        return self.model_copy(update={"is_fallback": True})

    def in_documents(self, are_documents: bool = True) -> "LogFormat":
        """Return the format for a source that holds JSON documents, or lines."""
        return self.model_copy(update={"are_documents": are_documents})

    def with_others(self, others: "tuple[LogFormat, ...]") -> "LogFormat":
        """Return the format for a source that has lines of these formats too."""
        return self.model_copy(update={"others": others})

    def around(self, inner: "LogFormat | None") -> "LogFormat":
        """Return this envelope around another format."""
        return self.model_copy(update={"inner": inner})


def log_format(name: str | FormatName, custom: Path | None = None) -> LogFormat:
    """Return the format of this name; `docker/pino` is pino inside docker. Raises UsageError for an unknown name."""
    name = FormatName.parse(name) if isinstance(name, str) else name
    known = {alias: each for each in log_formats(custom) for alias in (each.format_name, *each.other_names)}
    main, *others = [_nested(layers, known) for layers in (name.layers, *name.others)]
    return main.in_documents(name.are_documents).with_others(tuple(others))


def _nested(layers: tuple[str, ...], known: dict[str, LogFormat]) -> LogFormat:
    """Return the innermost of the layers, inside the envelopes that the other layers name."""
    unknown = [layer for layer in layers if layer not in known]
    if unknown or not 1 <= len(layers) <= MAX_LAYERS:
        names = ", ".join(dict.fromkeys(each.format_name for each in known.values()))
        wrong = (unknown or ["/".join(layers)])[0]
        raise UsageError(f"no log format is called {wrong}; the formats are: auto, {names}")
    found = known[layers[-1]]
    for layer in reversed(layers[:-1]):
        if not known[layer].content:
            raise FormatUnclear(f"{layer} is not an envelope and holds no other format", (layer,))
        found = known[layer].around(found)
    return found


def log_formats(custom: Path | None = None) -> tuple[LogFormat, ...]:
    """Return every format, custom ones first. Raises UsageError for a file that does not hold a format."""
    files = [*_custom_files(custom), *sorted(_FOLDER.glob("*.toml"))]
    formats: dict[str, LogFormat] = {}
    for file in files:
        found = _read(file, file.stat().st_mtime_ns)
        formats.setdefault(found.format_name, found)
    return tuple(formats.values())


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
