"""A log format: which JSON path fills which column, read from one TOML file under `formats/`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from errors import UsageError

_FOLDER = Path(__file__).parent / "formats"


class Field(BaseModel):
    """One column: the dotted JSON paths it is read from, first one present, and the type it must have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    paths: tuple[str, ...]
    type: Literal["text", "texts", "integer", "number", "timestamp"]
    min: int | None = None
    max: int | None = None


class LogFormat(BaseModel):
    """One log format. `recognised_by`: groups of paths; a line that has one whole group is of this format."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    recognised_by: tuple[tuple[str, ...], ...]
    fields: tuple[Field, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that a field reads, once each."""
        return tuple(dict.fromkeys(path for field in self.fields for path in field.paths))

    @property
    def objects(self) -> tuple[str, ...]:
        """The top-level names whose values are objects."""
        return tuple(dict.fromkeys(path.split(".")[0] for path in self.paths if "." in path))


def format_names() -> list[str]:
    """The formats there are, one a file."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


@cache
def log_format(name: str) -> LogFormat:
    """The format of that name; raises UsageError for another."""
    if name not in format_names():
        raise UsageError(f"no log format is called {name}; there are: auto, {', '.join(format_names())}")
    return LogFormat.model_validate(tomllib.loads((_FOLDER / f"{name}.toml").read_text()))
