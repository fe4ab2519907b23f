"""Turn JSON documents into lines: a file that holds one array, or pretty-printed objects, as one element a line.

Bytes keep their offsets: everything between two elements becomes line feeds, and line feeds inside an element become
spaces, so that an element keeps its text, except for indentation, and its offset in the file. Only where two elements
touch (`}{`, as Firehose writes them) is a line feed inserted. The bytes are processed in blocks with numpy, whatever
the size of the document.
"""

import numpy as np
import numpy.typing as npt

from pixeldesk.ingest.sources.byte_stream import ByteStream, RefilledStream

_BLOCK_BYTES = 1 << 18
_QUOTE, _BACKSLASH, _LINE_FEED, _SPACE = (ord(letter) for letter in '"\\\n ')
_STEPS = np.zeros(256, np.int8)
_STEPS[[ord("{"), ord("[")]] = 1
_STEPS[[ord("}"), ord("]")]] = -1
_IS_SEPARATOR = np.isin(np.arange(256), np.frombuffer(b" \t\r\n,", np.uint8))
_Octets = npt.NDArray[np.uint8]


class PeekedStream(ByteStream):
    """A stream whose first bytes can be peeked at without consuming them."""

    def __init__(self, source: ByteStream) -> None:
        super().__init__(source._file)
        self._source = source
        self._ahead = b""

    @property
    def position(self) -> int:
        """See ByteStream."""
        return self._source.position - len(self._ahead)

    def peek(self, count: int) -> bytes:
        """Return the first bytes: at least `count`, unless the source is shorter."""
        self._ahead += self._source.read(max(count - len(self._ahead), 0))
        return self._ahead

    def readinto(self, target: memoryview) -> int:
        """See ByteStream."""
        if self._ahead:
            piece = self._ahead[: len(target)]
            target[: len(piece)] = piece
            self._ahead = self._ahead[len(piece) :]
            count = len(piece)
        else:
            count = self._source.readinto(target)
        self.consumed = self._source.consumed
        self.problem = self._source.problem
        self._remember(target[:count])
        return count

    def skip(self, count: int) -> None:
        """See ByteStream."""
        ahead = min(count, len(self._ahead))
        self._ahead = self._ahead[ahead:]
        if count > ahead:
            self._source.skip(count - ahead)
        self.consumed = self._source.consumed

    def close(self) -> None:
        """See ByteStream."""
        self._source.close()


class DocumentStream(RefilledStream):
    """The lines of a source that holds JSON documents. Its blank lines are separators and not lines of the source."""

    def __init__(self, source: ByteStream) -> None:
        super().__init__(source._file)
        self._source = source
        self._unfolder = Unfolder()
        self._block = bytearray(_BLOCK_BYTES)

    def close(self) -> None:
        """See ByteStream."""
        self._source.close()

    def _refill(self) -> bool:
        count = self._source.readinto(memoryview(self._block))
        self.consumed = self._source.consumed
        self.problem = self._source.problem
        if count:
            self._ready = memoryview(self._unfolder.unfolded(np.frombuffer(self._block, np.uint8, count)))
        return bool(self._ready)


class Unfolder:
    """Unfolds JSON documents into lines, block by block."""

    def __init__(self) -> None:
        self._is_in_string = False
        self._is_escaped = False
        self._depth = 0
        self._is_list = False
        """Whether the open value at depth 0 is a list, whose elements are the lines."""
        self._ends_element = False
        """Whether the previous block ended with the end of an element."""

    def unfolded(self, octets: _Octets) -> bytes:
        """Return the next block, with its elements on lines of their own."""
        in_string = self._in_strings(octets)
        brackets = np.flatnonzero((_STEPS[octets] != 0) & ~in_string)
        outside = self._outside(octets, brackets)
        result = octets.copy()
        is_list_bracket = (octets == ord("[")) | (octets == ord("]"))
        result[outside & ~in_string & (_IS_SEPARATOR[octets] | is_list_bracket)] = _LINE_FEED
        result[~outside & ((octets == _LINE_FEED) | (octets == ord("\r")))] = _SPACE
        touching = self._touching(octets, in_string)
        return (np.insert(result, touching, _LINE_FEED) if len(touching) else result).tobytes()

    def _in_strings(self, octets: _Octets) -> npt.NDArray[np.bool_]:
        """Return which bytes are inside a JSON string, its opening quotation mark included."""
        quotes = np.flatnonzero(octets == _QUOTE)
        escaped = self._escaped(octets)
        if len(escaped):
            quotes = quotes[~np.isin(quotes, escaped)]
        bounds = np.concatenate(([0], quotes, [len(octets)]))
        states = (np.arange(len(bounds) - 1) + self._is_in_string) % 2 == 1
        in_string = np.repeat(states, np.diff(bounds))
        self._is_in_string = bool((len(quotes) + self._is_in_string) % 2)
        return in_string

    def _escaped(self, octets: _Octets) -> npt.NDArray[np.int64]:
        """Return the offsets after each backslash that is not escaped itself."""
        backslashes = np.flatnonzero(octets == _BACKSLASH)
        first = np.zeros(1 if self._is_escaped else 0, np.int64)
        self._is_escaped, was_escaped = False, self._is_escaped
        if not len(backslashes):
            return first
        begins = np.concatenate(([True], np.diff(backslashes) > 1))
        run_starts = np.maximum.accumulate(np.where(begins, backslashes, 0))
        # A run that continues from the previous block in the middle of a pair is off by one.
        shift = ((run_starts == 0) & was_escaped).astype(np.int64)
        escaping = backslashes[(backslashes - run_starts + shift) % 2 == 0]
        self._is_escaped = bool(len(escaping)) and int(escaping[-1]) == len(octets) - 1
        return np.concatenate((first, escaping + 1))

    def _outside(self, octets: _Octets, brackets: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which bytes are between elements. A bracket belongs to the value that it opens or closes."""
        steps = _STEPS[octets[brackets]].astype(np.int64)
        # After a stray closing bracket the depth restarts at 0, or the rest of the file would be one line.
        after = _clamped_depths(self._depth, steps)
        before = np.concatenate(([self._depth], after[:-1]))
        opens_top = (steps > 0) & (before == 0)
        last_top = np.maximum.accumulate(np.where(opens_top, np.arange(len(brackets)), -1))
        opened_list = octets[brackets] == ord("[")
        in_list = np.where(last_top < 0, self._is_list, opened_list[last_top]) if len(brackets) else opened_list
        # For the bytes after each bracket, and for the bracket itself.
        outside_after = (after == 0) | ((after == 1) & in_list)
        is_own = in_list & (np.where(steps > 0, after, before) == 1)
        first = self._depth == 0 or (self._depth == 1 and self._is_list)
        bounds = np.concatenate(([0], brackets, [len(octets)]))
        outside = np.repeat(np.concatenate(([first], outside_after)), np.diff(bounds))
        outside[brackets] = is_own
        if len(brackets):
            self._depth, self._is_list = int(after[-1]), bool(in_list[-1])
        return outside

    def _touching(self, octets: _Octets, in_string: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Return where an element begins directly after another: nothing else is `}{` in JSON."""
        ends = (octets == ord("}")) & ~in_string
        after_end = np.concatenate(([self._ends_element], ends[:-1]))
        self._ends_element = bool(ends[-1])
        return np.flatnonzero(after_end & (octets == ord("{")))


def _clamped_depths(start: int, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the depth after each step; a step below 0 leaves it at 0."""
    depths = start + np.cumsum(steps)
    return depths - np.minimum(np.minimum.accumulate(depths), 0) if len(depths) else depths
