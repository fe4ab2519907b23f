"""Recognise the pieces of a long line: writers cut it, and mark each piece but the last.

Only lines that may be pieces are parsed here, a few of a log: ingest/sources/joining.py finds them by their marks.
"""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from pixeldesk.ingest.formats.json_path import JsonPath, json_path
from pixeldesk.ingest.sources.joining import Piece

_Path = Annotated[JsonPath, BeforeValidator(lambda text: json_path(text) if isinstance(text, str) else text)]
_Names = Annotated[tuple[str, ...], BeforeValidator(lambda names: (names,) if isinstance(names, str) else names)]
_SPACE = re.compile(r"[ \t\r\n]*")


class Pieces(BaseModel):
    """How a format marks the pieces of a long line, and how they belong together."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    text: _Names
    """The top-level names, or the groups of a text pattern, under which the text may be that was cut."""
    of_one_line: tuple[_Path, ...] = ()
    """Paths whose values the pieces of one line have in common."""
    goes_on: tuple[dict[str, str], ...] = ()
    """A line that has all values of one of these goes on in another line."""
    ends: tuple[dict[str, str], ...] = ()
    """A line that has all values of one of these does not, whatever else it has."""
    marks: tuple[str, ...] = ()
    """Texts of which each line that goes on has one, so that the others need not be looked at."""
    last_has_line_feed: bool = False
    """A text without a line feed at its end goes on."""
    cut_after: int = 0
    """After how many bytes such a text is cut. A shorter one goes on only if it is the start of a JSON object."""

    @model_validator(mode="after")
    def _is_complete(self) -> "Pieces":
        if not self.last_has_line_feed and not (self.goes_on and self.marks):
            raise ValueError("needs goes_on and marks, or last_has_line_feed")
        if not self.text or not all(self.marks):
            raise ValueError("needs a name in text, and no empty mark")
        return self


class PieceReader:
    """Reads lines as pieces, in one format."""

    def __init__(self, pieces: Pieces, text_patterns: tuple[str, ...] = ()) -> None:
        self._pieces = pieces
        self._patterns = [re.compile(pattern, re.ASCII) for pattern in text_patterns]
        self.marks = tuple(mark.encode() for mark in pieces.marks)
        self.last_has_line_feed = pieces.last_has_line_feed

    def piece(self, line: str) -> Piece | None:
        """Return the line as a piece, or None if it is not of the format."""
        if not self._patterns and not any(name in line for name in self._quoted_names):
            return None
        record = _Record.of_text(line, self._patterns) if self._patterns else _Record.of_json(line)
        if record is None:
            return None
        name = next((name for name in self._pieces.text if name in record.texts), None)
        if name is None:
            return None
        values = record.values
        marks = {mark: record.spans[mark] for mark in self._mark_names if mark in record.spans}
        return Piece(
            line=line,
            key=tuple(_as_text(path.found_in(values)) for path in self._pieces.of_one_line),
            text=values[name],
            span=record.texts[name],
            marks=marks,
            goes_on=self._goes_on(values, values[name]),
            is_certain=not self.last_has_line_feed
            or len(values[name].encode(errors="surrogatepass")) >= self._pieces.cut_after,
        )

    @cached_property
    def _quoted_names(self) -> tuple[str, ...]:
        return tuple(f'"{name}"' for name in self._pieces.text)

    @cached_property
    def _mark_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for values in self._pieces.goes_on for name in values))

    def _goes_on(self, values: Mapping[str, Any], text: str) -> bool:
        if self.last_has_line_feed and not text.endswith("\n"):
            return True
        if any(_has(values, wanted) for wanted in self._pieces.ends):
            return False
        return any(_has(values, wanted) for wanted in self._pieces.goes_on)


class _Record:
    """The values of a line by their names, and where they are in it: `texts` without quotation marks, `spans` whole."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.texts: dict[str, tuple[int, int]] = {}
        self.spans: dict[str, tuple[int, int]] = {}

    @classmethod
    def of_text(cls, line: str, patterns: list[re.Pattern[str]]) -> "_Record | None":
        match = next((found for pattern in patterns if (found := pattern.search(line))), None)
        if match is None:
            return None
        record = cls()
        for name, value in match.groupdict().items():
            if value is not None:
                record.values[name] = value
                record.texts[name] = record.spans[name] = match.span(name)
        return record

    @classmethod
    def of_json(cls, line: str) -> "_Record | None":
        record = cls()
        try:
            record._read_members(line)
        except (ValueError, IndexError, RecursionError):
            return None
        return record

    def _read_members(self, line: str) -> None:
        """Read the members of the object that the line is. Raises ValueError or IndexError."""
        position = _after_space(line, 0)
        if line[position] != "{":
            raise ValueError("not an object")
        decode = json.JSONDecoder().raw_decode
        position = _after_space(line, position + 1)
        while line[position] != "}":
            if line[position] != '"':
                raise ValueError("not a name")
            name, position = scanstring(line, position + 1, False)
            position = _after_space(line, position)
            if line[position] != ":":
                raise ValueError("not a member")
            start = _after_space(line, position + 1)
            self.values[name], position = decode(line, start)
            self.spans[name] = (start, position)
            if line[start] == '"':
                self.texts[name] = (start + 1, position - 1)
            else:
                self.texts.pop(name, None)
            position = _after_space(line, position)
            if line[position] == ",":
                position = _after_space(line, position + 1)
            elif line[position] != "}":
                raise ValueError("not an object")
        if _after_space(line, position + 1) != len(line):
            raise ValueError("more than an object")


def _after_space(line: str, position: int) -> int:
    match = _SPACE.match(line, position)
    return match.end() if match else position


def _has(values: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    return all(name in values and _as_text(values[name]) == value for name, value in wanted.items())


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
