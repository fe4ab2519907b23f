"""A log format: which place of a line fills which column, read from one TOML file.

The language is on one screen in docs/adding_a_format.md. The formats that come with pixeldesk are in `formats/`; a
user's own are in the folder, or the file, that the setting `formats` names.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pixeldesk.errors import UsageError
from pixeldesk.ingest.formats.columns import COLUMNS, Column, Unit
from pixeldesk.ingest.formats.json_path import JsonPath, json_path

_FOLDER = Path(__file__).parent
# The engine's own regular expressions (RE2) have none of these.
_NOT_IN_RE2 = re.compile(r"\\[1-9Z]|\(\?(?!:|[is]+\))|[*+?}]\+")
UNRECOGNISED = "unrecognised"
"""The name of what no format fits. It is read as the native one, so that its lines are in quarantine for all to see."""
_DOCUMENTS = "documents"
_NAMES = r"[A-Za-z0-9_-]+"
MOST_LAYERS = 4
"""JSON in a JSON string is unwrapped up to three levels."""

Seat = Literal["edge", "proxy", "platform", "application"]
"""Who wrote a line. The further right, the nearer to the request's own program, and the better its status."""

_Path = Annotated[JsonPath, BeforeValidator(lambda text: json_path(text) if isinstance(text, str) else text)]
_Paths = Annotated[tuple[_Path, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]


class Place(BaseModel):
    """One place where a value may stand, and how it is read there."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    path: _Path | None = None
    value: str | None = None
    """What is taken where anything stands at the path; without a path, for every line."""
    unit: Unit | None = None
    pattern: str | None = None
    """A regular expression; its one group is the value, and where it does not match there is none."""
    values: dict[str, str] = {}
    """What stands there and what it means; anything else is no value."""
    absent: tuple[str, ...] = ()
    """What stands there where there is no value, such as -."""
    none: tuple[str, ...] = ()
    """The same, and what would follow is not looked at either."""
    counter_of: _Paths = ()
    """A whole number is a counter of one process: told apart by what stands at these paths."""

    @model_validator(mode="after")
    def _is_complete(self) -> "Place":
        if self.path is None and self.value is None:
            raise ValueError("needs a path or a value")
        if self.pattern is not None:
            try:
                groups = re.compile(self.pattern).groups
            except re.error as error:
                raise ValueError(f"pattern {self.pattern!r} is no regular expression: {error}") from error
            if groups != 1 or _NOT_IN_RE2.search(self.pattern):
                raise ValueError("pattern needs exactly one group, and no look-around, back-reference or name")
        return self


def _as_places(given: Any) -> Any:
    one_or_more = given if isinstance(given, list | tuple) else [given]
    return tuple({"path": one} if isinstance(one, str) else one for one in one_or_more)


_Places = Annotated[tuple[Place, ...], BeforeValidator(_as_places)]


@dataclass(frozen=True)
class FormatField:
    """One column of a format: the places it is read from, the first one with a value."""

    column: str
    places: tuple[Place, ...]

    @property
    def kind(self) -> Column:
        """What the column holds."""
        return COLUMNS[self.column]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of its places, as text."""
        return tuple(str(place.path) for place in self.places if place.path)


class Elements(BaseModel):
    """Which list of a document holds the lines: `resourceLogs[].scopeLogs[].logRecords`.

    An element is a line as it is. With `along`, paths of what stands beside the lists on the way, a line is
    `{"record": the element, "resource": …, "scope": …}`. `attributes` are lists of OTLP in such a line that become
    objects: of `[{"key": "http.route", "value": {"stringValue": "/"}}]` is made `{"http.route": "/"}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    list: str = Field(pattern=rf"^{_NAMES}(\[\]\.{_NAMES})*$")
    along: tuple[Annotated[str, Field(pattern=rf"^{_NAMES}([\[\].]+{_NAMES})*$")], ...] = ()
    attributes: tuple[Annotated[str, Field(pattern=rf"^{_NAMES}\.{_NAMES}$")], ...] = ()


class LogFormat(BaseModel):
    """One log format, and the format of the JSON inside its lines if it is read as an envelope."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    format_name: str = Field(alias="name", pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    other_names: tuple[str, ...] = ()
    seat: Seat = "application"
    strict: bool = False
    """A value of another kind than the format has it, and a request line without an id, refuse the line."""
    dotted_names: bool = False
    """A path `a.b` may also stand as one name, "a.b"."""
    absent: tuple[str, ...] = ("",)
    """What stands for no value at every path."""
    recognised_by: tuple[tuple[_Path, ...], ...] = Field(min_length=1)
    """Groups of paths: a line that has one whole group is of this format."""
    detected_by: tuple[tuple[_Path, ...], ...] = ()
    """The same for telling a file's format, where `recognised_by` would fit others' lines too."""
    content: _Paths = ()
    """Where the JSON of an inner format stands, as an object or as text. It makes this format an envelope."""
    elements: Elements | None = None
    api_key: _Paths = ()
    """Where an API key may be logged in clear: its fingerprint is kept, the key is not."""
    columns: dict[str, _Places] = Field(alias="fields")
    aliases: dict[Literal["request", "edge", "trace", "downstream"], _Places] = {}
    """Other ids of the same request. Those of a request and of the edge also tell which lines are one request."""
    inner: "LogFormat | None" = Field(default=None, exclude=True)
    are_documents: bool = Field(default=False, exclude=True)
    """Whether the source's bytes are JSON documents to be unfolded: see ingest/documents.py."""
    is_fallback: bool = Field(default=False, exclude=True)
    """Whether it is read so only because no format was recognised."""

    @model_validator(mode="after")
    def _is_consistent(self) -> "LogFormat":
        unknown = self.columns.keys() - COLUMNS.keys()
        if unknown:
            raise ValueError(f"no column is called {', '.join(sorted(unknown))}; there are: {', '.join(COLUMNS)}")
        if self.strict:
            self._check_strictness()
        for field in self.fields:
            if field.kind.unit is None and any(place.unit for place in field.places):
                raise ValueError(f"fields.{field.column} takes no unit")
        return self

    def _check_strictness(self) -> None:
        paths = {str(place.path) for field in self.fields for place in field.places if place.path}
        paths |= {str(path) for group in self.recognised_by for path in group}
        if any("[" in path for path in paths):
            raise ValueError("a strict format takes no element of a list")
        if any(other.startswith(f"{path}.") for path in paths for other in paths):
            raise ValueError("a strict format takes no object and a part of it")

    @property
    def name(self) -> str:
        """Its name, and those of the formats inside it: docker/pino; with documents/ before it where it is unfolded."""
        names = [UNRECOGNISED] if self.is_fallback else [layer.format_name for layer in self.layers]
        return "/".join([_DOCUMENTS, *names] if self.are_documents else names)

    @cached_property
    def fields(self) -> tuple[FormatField, ...]:
        """The columns it fills, without those of the formats inside it."""
        return tuple(FormatField(column, places) for column, places in self.columns.items())

    @property
    def layers(self) -> "tuple[LogFormat, ...]":
        """It and the formats inside it, the outermost first."""
        return (self, *(self.inner.layers if self.inner else ()))

    @cached_property
    def objects(self) -> tuple[str, ...]:
        """The top-level names whose values are objects."""
        paths = [place.path for field in self.fields for place in field.places if place.path]
        return tuple(dict.fromkeys(str(path.steps[0]) for path in paths if len(path.steps) > 1))

    @cached_property
    def marks(self) -> tuple[tuple[tuple[JsonPath, ...], ...], ...]:
        """The groups that a file's format is told by, each path in all its spellings."""
        groups = self.detected_by or self.recognised_by
        return tuple(tuple(self.spellings(path) for path in group) for group in groups)

    def spellings(self, path: JsonPath) -> tuple[JsonPath, ...]:
        """The path as it is, and as one name with dots where the format allows that too."""
        if not self.dotted_names or len(path.steps) == 1 or any(isinstance(step, int) for step in path.steps):
            return (path,)
        return (path, JsonPath((".".join(map(str, path.steps)),)))

    def as_fallback(self) -> "LogFormat":
        """The same format for a source of which none is known."""
        return self.model_copy(update={"is_fallback": True})

    def in_documents(self, are_documents: bool = True) -> "LogFormat":
        """The same format in a source that is to be unfolded, or is not."""
        return self.model_copy(update={"are_documents": are_documents})

    def around(self, inner: "LogFormat | None") -> "LogFormat":
        """This envelope around another format."""
        return self.model_copy(update={"inner": inner})


def log_format(name: str, own: Path | None = None) -> LogFormat:
    """The format of that name; `docker/pino` is one inside the other. Raises UsageError for another."""
    parts = name.lower().replace("_", "-").split("/")
    are_documents = parts[0] == _DOCUMENTS
    parts = parts[1:] if are_documents else parts
    known = {spelling: one for one in log_formats(own) for spelling in (one.format_name, *one.other_names)}
    unknown = [part for part in parts if part not in known]
    if unknown or not 1 <= len(parts) <= MOST_LAYERS:
        names = ", ".join(one.format_name for one in log_formats(own))
        raise UsageError(f"no log format is called {(unknown or [name])[0]}; there are: auto, {names}")
    found = known[parts[-1]]
    for part in reversed(parts[:-1]):
        if not known[part].content:
            raise UsageError(f"{part} is no envelope, so that nothing can be read inside it; give --format {part}")
        found = known[part].around(found)
    return found.in_documents(are_documents)


def log_formats(own: Path | None = None) -> tuple[LogFormat, ...]:
    """Every format there is, the user's own first. Raises UsageError for a file that is none."""
    files = [*_own_files(own), *sorted(_FOLDER.glob("*.toml"))]
    formats: dict[str, LogFormat] = {}
    for one in (_read(file, file.stat().st_mtime_ns) for file in files):
        formats.setdefault(one.format_name, one)
    return tuple(formats.values())


def _own_files(own: Path | None) -> list[Path]:
    if own is None:
        return []
    if not own.exists():
        raise UsageError(f"{own}: no such file or folder; PIXELDESK_FORMATS names a format's file or a folder of them")
    return sorted(own.glob("*.toml")) if own.is_dir() else [own]


@cache
def _read(file: Path, modified_ns: int) -> LogFormat:  # noqa: ARG001 (an edited file is read anew)
    try:
        return LogFormat.model_validate(tomllib.loads(file.read_text()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({error})") from error
    except ValidationError as error:
        raise UsageError(f"{file}: {_first_problem(error)}; docs/adding_a_format.md has the language") from error


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
