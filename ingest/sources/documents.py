"""JSON documents as lines: what a file holds as one array, or pretty printed, one element a line.

The bytes stay where they are: between two elements everything becomes line feeds, and line feeds inside one become
blanks, so that an element is as it was, but for its indentation, and its place in the file is right. Only where two
elements touch (`}{`, as Firehose writes them) a line feed is put between them. Works through bytes in blocks with
numpy, whatever the size of the document.
"""

import numpy as np
import numpy.typing as npt

from pixeldesk.ingest.sources.byte_stream import ByteStream, RefilledStream

_BLOCK_BYTES = 1 << 18
_QUOTE, _BACKSLASH, _LINE_FEED, _BLANK = (ord(letter) for letter in '"\\\n ')
_STEPS = np.zeros(256, np.int8)
_STEPS[[ord("{"), ord("[")]] = 1
_STEPS[[ord("}"), ord("]")]] = -1
_SEPARATES = np.isin(np.arange(256), np.frombuffer(b" \t\r\n,", np.uint8))
_Octets = npt.NDArray[np.uint8]


class PeekedStream(ByteStream):
    """A source whose first bytes have been looked at; they are read from here all the same."""

    def __init__(self, source: ByteStream) -> None:
        super().__init__(source._file)
        self._source = source
        self._ahead = b""

    @property
    def position(self) -> int:
        """See ByteStream."""
        return self._source.position - len(self._ahead)

    def peek(self, count: int) -> bytes:
        """The first bytes, `count` of them or all there are."""
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
    """The lines of a source that holds JSON documents. Blank lines in it are no lines of the source."""

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
    """Unfolds one document block by block."""

    def __init__(self) -> None:
        self._is_in_text = False
        self._is_escaped = False
        self._depth = 0
        self._is_list = False
        """Whether the value at depth 0 that is open is a list, whose elements are the lines."""
        self._ends_element = False
        """Whether the block before ended with one."""

    def unfolded(self, octets: _Octets) -> bytes:
        """The next block, with its elements on lines."""
        in_text = self._texts(octets)
        brackets = np.flatnonzero((_STEPS[octets] != 0) & ~in_text)
        outside = self._outside(octets, brackets)
        result = octets.copy()
        is_list_bracket = (octets == ord("[")) | (octets == ord("]"))
        result[outside & ~in_text & (_SEPARATES[octets] | is_list_bracket)] = _LINE_FEED
        result[~outside & ((octets == _LINE_FEED) | (octets == ord("\r")))] = _BLANK
        touching = self._touching(octets, in_text)
        return (np.insert(result, touching, _LINE_FEED) if len(touching) else result).tobytes()

    def _texts(self, octets: _Octets) -> npt.NDArray[np.bool_]:
        """Which bytes are inside a JSON string, its first quotation mark included."""
        quotes = np.flatnonzero(octets == _QUOTE)
        escaped = self._escaped(octets)
        if len(escaped):
            quotes = quotes[~np.isin(quotes, escaped)]
        bounds = np.concatenate(([0], quotes, [len(octets)]))
        states = (np.arange(len(bounds) - 1) + self._is_in_text) % 2 == 1
        in_text = np.repeat(states, np.diff(bounds))
        self._is_in_text = bool((len(quotes) + self._is_in_text) % 2)
        return in_text

    def _escaped(self, octets: _Octets) -> npt.NDArray[np.int64]:
        """The places behind a backslash that is not escaped itself."""
        backslashes = np.flatnonzero(octets == _BACKSLASH)
        first = np.zeros(1 if self._is_escaped else 0, np.int64)
        self._is_escaped, was_escaped = False, self._is_escaped
        if not len(backslashes):
            return first
        begins = np.concatenate(([True], np.diff(backslashes) > 1))
        run_starts = np.maximum.accumulate(np.where(begins, backslashes, 0))
        # A run that goes on from the block before, in the middle of a pair, is out of step by one.
        shift = ((run_starts == 0) & was_escaped).astype(np.int64)
        escaping = backslashes[(backslashes - run_starts + shift) % 2 == 0]
        self._is_escaped = bool(len(escaping)) and int(escaping[-1]) == len(octets) - 1
        return np.concatenate((first, escaping + 1))

    def _outside(self, octets: _Octets, brackets: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which bytes stand between elements. A bracket belongs to what it opens or closes."""
        steps = _STEPS[octets[brackets]].astype(np.int64)
        # Behind a stray closing bracket it begins again from nothing, or the rest of the file would be one line.
        behind = _never_below_zero(self._depth, steps)
        before = np.concatenate(([self._depth], behind[:-1]))
        opens_top = (steps > 0) & (before == 0)
        last_top = np.maximum.accumulate(np.where(opens_top, np.arange(len(brackets)), -1))
        opened_list = octets[brackets] == ord("[")
        in_list = np.where(last_top < 0, self._is_list, opened_list[last_top]) if len(brackets) else opened_list
        # Of the bytes behind each bracket, and of the bracket itself.
        outside_behind = (behind == 0) | ((behind == 1) & in_list)
        is_own = in_list & (np.where(steps > 0, behind, before) == 1)
        first = self._depth == 0 or (self._depth == 1 and self._is_list)
        bounds = np.concatenate(([0], brackets, [len(octets)]))
        outside = np.repeat(np.concatenate(([first], outside_behind)), np.diff(bounds))
        outside[brackets] = is_own
        if len(brackets):
            self._depth, self._is_list = int(behind[-1]), bool(in_list[-1])
        return outside

    def _touching(self, octets: _Octets, in_text: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Where an element begins right behind another: nothing else is `}{` in JSON."""
        ends = (octets == ord("}")) & ~in_text
        behind_one = np.concatenate(([self._ends_element], ends[:-1]))
        self._ends_element = bool(ends[-1])
        return np.flatnonzero(behind_one & (octets == ord("{")))


def _never_below_zero(start: int, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    depths = start + np.cumsum(steps)
    return depths - np.minimum(np.minimum.accumulate(depths), 0) if len(depths) else depths
