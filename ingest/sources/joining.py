"""Join the pieces of long lines before anything is parsed.

Docker cuts what a program writes after 16 KiB, and container runtimes and collectors do the same; each piece is a line
with an envelope of its own. The lines that may be pieces are found by their marks, in columns. Only these, and those
up to the last piece, pass through Python. A joined line has the number, the offset and the envelope of its first piece.
"""

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from mmap import mmap
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pixeldesk.ingest.sources.line_table import Octets, Offsets

# The most lines of other streams between two pieces of a line, and the most pieces.
_MOST_BETWEEN = 1000
_MOST_PIECES = 8192
_BOM = b"\xef\xbb\xbf"
_PADDING = b"\0\x1e"
_LINE_FEED_IN_JSON = b'\\n"'
_SCANNED_BYTES = 1 << 18
Span = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """A line that may be a piece."""

    line: str
    key: Hashable
    """Equal for the pieces of one line."""
    text: str
    """The text that was cut."""
    span: Span
    """Where the text is in the line, escaped as it is there."""
    marks: Mapping[str, Span]
    """Where the marks of the piece are in the line."""
    goes_on: bool
    """Whether another piece follows."""
    is_certain: bool
    """Whether a line that goes on must be a piece. If not, nothing says so but that its text has no line feed."""


class PieceReader(Protocol):
    """Reads lines as pieces, in one format."""

    marks: tuple[bytes, ...]
    """Each line that goes on has one of these."""
    last_has_line_feed: bool
    """Each line that goes on has a JSON text without a line feed at its end."""

    def piece(self, line: str) -> Piece | None:
        """Return the line as a piece, or None if it is not of the format."""


@dataclass(frozen=True)
class JoinedLine:
    """A joined line, and the indexes of its pieces among the lines of its chunk."""

    indexes: tuple[int, ...]
    content: bytes


@dataclass(frozen=True)
class Joined:
    """The joined lines among some lines."""

    lines: tuple[JoinedLine, ...] = ()
    opened: int | None = None
    """A line before which no line goes on: the first that goes on after all of these, or one before it."""

    def before_opened(self) -> "Joined":
        """Return the joined lines before `opened`, without that."""
        return Joined(tuple(line for line in self.lines if self.opened is None or line.indexes[0] < self.opened))


@dataclass
class _Run:
    """The pieces of one line so far."""

    indexes: list[int] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    def add(self, index: int, piece: Piece) -> None:
        self.indexes.append(index)
        self.pieces.append(piece)

    @property
    def is_object(self) -> bool:
        """Whether the text so far is a whole JSON object."""
        first, last = self.pieces[0].text.lstrip()[:1], self.pieces[-1].text.rstrip()[-1:]
        return (first, last) == ("{", "}") and _is_json("".join(piece.text for piece in self.pieces))

    @property
    def is_cut(self) -> bool:
        """Whether these were pieces of one line, and not lines of their own without a line feed."""
        return all(piece.is_certain for piece in self.pieces[:-1]) or self.is_object

    def joined(self) -> JoinedLine:
        first, last = self.pieces[0], self.pieces[-1]
        replacements = [(first.span, "".join(each.line[slice(*each.span)] for each in self.pieces))]
        replacements += [
            (span, last.line[slice(*last.marks[name])]) for name, span in first.marks.items() if name in last.marks
        ]
        line = first.line
        for (start, end), text in sorted(replacements, reverse=True):
            line = line[:start] + text + line[end:]
        return JoinedLine(tuple(self.indexes), line.encode(errors="surrogateescape"))


class PieceJoiner:
    """Joins the pieces among the lines of a buffer, by the marks of one format or of several."""

    def __init__(self, readers: Sequence[PieceReader]) -> None:
        self._readers = readers

    def joined(self, buffer: mmap | bytes, octets: Octets, ends: Offsets, first: int = 0) -> Joined:
        """Return the joined lines of a buffer, whose lines end at `ends`. Lines before `first` are not looked at."""
        candidates = self._candidates(buffer, octets, ends)
        candidates = candidates[candidates >= first]
        if not len(candidates):
            return Joined()
        lines = _Lines(buffer, ends, self._readers)
        open_runs: dict[Hashable, _Run] = {}
        closed: list[_Run] = []
        for index in _reached(candidates, len(ends), open_runs):
            piece = lines.piece(index)
            if piece is not None:
                _add(index, piece, open_runs, closed)
            # The runs are in the order of their last pieces.
            while open_runs and (run := next(iter(open_runs.values()))).indexes[-1] < index - _MOST_BETWEEN:
                del open_runs[run.pieces[0].key]
        return _divided(closed, list(open_runs.values()))

    def _candidates(self, buffer: mmap | bytes, octets: Octets, ends: Offsets) -> npt.NDArray[np.int64]:
        """Return the indexes of the lines that may go on in another line, in order."""
        found: set[int] = set()
        for reader in self._readers:
            for mark in reader.marks:
                found |= set(_lines_with(mark, buffer, ends))
            if reader.last_has_line_feed:
                found |= set(map(int, _without_line_feed(octets, ends)))
        return np.array(sorted(found), np.int64)


class _Lines:
    """The lines of a buffer as pieces."""

    def __init__(self, buffer: mmap | bytes, ends: Offsets, readers: Sequence[PieceReader]) -> None:
        self._buffer = buffer
        self._ends = ends
        self._readers = readers

    def piece(self, index: int) -> Piece | None:
        start = int(self._ends[index - 1]) + 1 if index else 0
        content = self._buffer[start : int(self._ends[index])].removesuffix(b"\r")
        content = content.lstrip(_PADDING).removeprefix(_BOM)
        # A character may have been cut too: its bytes are joined again.
        line = content.decode(errors="surrogateescape")
        return next((piece for reader in self._readers if (piece := reader.piece(line))), None)


def _reached(candidates: npt.NDArray[np.int64], count: int, open_runs: Mapping[Hashable, _Run]) -> Iterator[int]:
    """Yield the lines to look at: each candidate, and the lines after it while a line is open."""
    index = -1
    while True:
        index += 1
        if not open_runs:
            upcoming = int(np.searchsorted(candidates, index))
            if upcoming == len(candidates):
                return
            index = int(candidates[upcoming])
        if index >= count:
            return
        yield index


def _add(index: int, piece: Piece, open_runs: dict[Hashable, _Run], closed: list[_Run]) -> None:
    run = open_runs.pop(piece.key, None) or _Run()
    if not run.pieces and (not piece.goes_on or _is_line_of_its_own(piece)):
        return
    run.add(index, piece)
    if piece.goes_on and len(run.pieces) < _MOST_PIECES:
        open_runs[piece.key] = run
    elif not piece.goes_on and run.is_cut:
        closed.append(run)


def _is_line_of_its_own(piece: Piece) -> bool:
    """Return whether a text without a line feed is no piece: it is no object, or a whole one."""
    return not piece.is_certain and (not piece.text.lstrip().startswith("{") or _is_json(piece.text))


def _divided(closed: list[_Run], open_runs: list[_Run]) -> Joined:
    """Return the joined lines, and where to divide the lines so that all pieces of a line are on one side."""
    opened = min((run.indexes[0] for run in open_runs), default=None)
    # The pieces of another line may be on both sides of that.
    while opened is not None and (
        across := [run.indexes[0] for run in closed if run.indexes[0] < opened < run.indexes[-1]]
    ):
        opened = min(across)
    return Joined(tuple(run.joined() for run in closed), opened)


def _lines_with(mark: bytes, buffer: mmap | bytes, ends: Offsets) -> Iterator[int]:
    """Yield the indexes of the lines that contain a mark."""
    position = buffer.find(mark, 0)
    while position >= 0:
        index = int(np.searchsorted(ends, position))
        if index == len(ends):
            return
        yield index
        position = buffer.find(mark, int(ends[index]))


def _without_line_feed(octets: Octets, ends: Offsets) -> npt.NDArray[np.int64]:
    r"""Return the indexes of the lines in which no JSON text ends with a line feed, which is written `\n"`."""
    size = int(ends[-1]) + 1
    has_line_feed = np.zeros(len(ends), bool)
    backslash, letter, quote = _LINE_FEED_IN_JSON
    for start in range(0, size, _SCANNED_BYTES):
        block = octets[start : min(start + _SCANNED_BYTES + 2, size)]
        found = np.flatnonzero((block[:-2] == backslash) & (block[1:-1] == letter) & (block[2:] == quote)) + start
        # After another backslash it may be a backslash and a letter: only a parser can tell.
        found = found[octets[found - 1] != backslash]
        has_line_feed[np.searchsorted(ends, found)] = True
    return np.flatnonzero(~has_line_feed)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
