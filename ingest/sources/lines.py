"""Split bytes into lines: newline-aligned chunks as Arrow tables, without copying and without a loop over lines.

Only a line feed ends a line (U+2028, U+0085 and vertical tabs are text). Blank lines are removed, and what is at the
ends of a line without being part of it: a carriage return, a byte order mark (in the middle of a file too, where two
were joined), the NUL bytes that a file begins with which was truncated under its writer, the separator of RFC 7464, and
the comma after an object. Each line has its number and the offset of what remains of it, in decompressed bytes.

A line that its writer cut into pieces is joined: see ingest/sources/joining.py. No chunk and no checkpoint ends between
two of its pieces, so that a killed process begins again before the first.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from mmap import mmap

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixeldesk.ingest.sources.byte_stream import ByteStream
from pixeldesk.ingest.sources.joining import Joined, JoinedLine, PieceJoiner
from pixeldesk.ingest.sources.line_table import Octets, Offsets, line_table
from pixeldesk.ingest.sources.reason import Reason

Buffers = tuple[mmap, mmap]
_BOM = b"\xef\xbb\xbf"
_WHITESPACE = b" \t\r\v\f"
# NUL, and the record separator that begins each record of RFC 7464.
_PADDING = b"\0\x1e"
_RECORD_SEPARATOR = 0x1E
_MAY_BEGIN_PADDING = np.isin(np.arange(256), np.frombuffer(_PADDING + _BOM[:1], np.uint8))
# How much of a line that is longer than allowed is retained for its excerpt, bytes.
_SAMPLE_BYTES = 400
# The bytes by which a source is recognised: at its start, and before the position where reading stopped. The tail
# covers at least the whole last line, since lines often differ only at their start.
HEAD_BYTES = 4096
TAIL_BYTES = 4096
# A chunk of at most this fraction of the usual size is copied out of the buffer, so that several can be gathered.
_SMALL_FRACTION = 4
_PIECE_BYTES = 1 << 18
_HIGH_BITS = np.uint64(0x8080808080808080)


@dataclass(frozen=True)
class UnreadableLine:
    """A line that is not UTF-8 text, or longer than allowed."""

    line_number: int
    byte_offset: int
    byte_length: int
    digest: int
    reason: Reason
    content: bytes
    is_whole: bool = True
    """False for a line that is longer than allowed: the content is its start."""


@dataclass(frozen=True)
class Checkpoint:
    """A position in a source between two lines, with the bytes that recognise the source when it is read again."""

    position: int = 0
    """The offset in decompressed bytes."""
    lines: int = 0
    """The number of lines before it, each piece of a cut line by itself."""
    head: bytes = b""
    """The first bytes of the source, at most HEAD_BYTES."""
    tail: bytes = b""
    """The last bytes before the position: the whole last line, and at least TAIL_BYTES if there are that many."""


START = Checkpoint()


@dataclass
class Chunk:
    """Some whole lines of a source. `table` has line, line_number, byte_offset and byte_length, without blank lines."""

    table: pa.Table
    lines: int
    """How many lines it has; the pieces of one line are one."""
    blank: int
    unreadable: list[UnreadableLine]
    checkpoint: Checkpoint
    """The end of the last complete line so far."""
    size: int
    """Bytes, line feeds included."""
    owned: bool
    """Whether the table owns its bytes; if not, it is valid until the chunk after the next one is requested."""
    terminated: bool = True
    """False for a last line without a line feed, and for one of which the last piece is still to come."""


@dataclass
class LineReader:
    """Reads a stream in chunks of about `chunk_bytes`. A line over `max_line_bytes` is measured and skipped."""

    stream: ByteStream
    chunk_bytes: int
    max_line_bytes: int
    checkpoint: Checkpoint = START
    """The position of the stream."""
    buffers: Buffers | None = None
    """Used alternately. A caller that reads many sources passes its own, since allocating them for each costs more."""
    limit_name: str = "PIXELDESK_MAX_LINE_BYTES"
    """The setting that `max_line_bytes` comes from."""
    blanks_count: bool = True
    """Whether a blank line counts as a line. In documents it does not: it separates elements."""
    joiner: PieceJoiner | None = None
    """Joins the pieces of lines."""
    may_continue: bool = True
    """Whether the last piece of a line may be written later. If not, the pieces are read as they are."""
    _oversized: "_Oversized | None" = field(default=None, init=False)
    _passed: "_Passed" = field(default_factory=lambda: _Passed(), init=False)

    def chunks(self, *, ahead: bool = True) -> Iterator[Chunk]:
        """Yield the chunks in order. With `ahead`, the next chunk is read while the caller processes this one.

        The table of a chunk may point into one of the two buffers: see Chunk.owned.
        """
        if not ahead:
            yield from self._chunks()
            return
        chunks = self._chunks()
        upcoming = _in_background(lambda: next(chunks, None))
        while (chunk := upcoming.result()) is not None:
            upcoming = _in_background(lambda: next(chunks, None))
            yield chunk

    def _chunks(self) -> Iterator[Chunk]:
        buffers = self.buffers or read_buffers(self.chunk_bytes, self.max_line_bytes)
        capacity = len(buffers[0])
        active, filled, ended = 0, 0, False
        while not ended:
            buffer = buffers[active]
            view = memoryview(buffer)
            while filled < capacity and not ended:
                count = self.stream.readinto(view[filled:])
                filled += count
                ended = count == 0
            complete = buffer.rfind(b"\n", 0, filled) + 1
            joined = self._joined(buffer, complete)
            if joined.opened is not None and (self.may_continue or not ended):
                complete, joined = self._without_open_line(buffer, complete, joined, ended)
            if complete:
                yield self._chunk(buffer, complete, joined.lines)
                # Not earlier: until this chunk is taken, the caller is still processing the other buffer.
                active = 1 - active
                rest = view[complete:filled]
                filled = len(rest)
                memoryview(buffers[active])[:filled] = rest
            elif not ended:
                filled = self._without_line_end(view, filled)
        if filled or self._oversized:
            yield self._unterminated(buffers[active], filled)

    def _joined(self, buffer: mmap, size: int) -> Joined:
        if self.joiner is None or not size:
            return Joined()
        octets = np.frombuffer(buffer, np.uint8, size)
        return self.joiner.joined(buffer, octets, _line_ends(octets), first=1 if self._oversized else 0)

    def _without_open_line(self, buffer: mmap, complete: int, joined: Joined, ended: bool) -> tuple[int, Joined]:
        """Return where to end a chunk, before a line whose last piece may be still to come, and its joined lines."""
        ends = _line_ends(np.frombuffer(buffer, np.uint8, complete))
        before = int(ends[joined.opened - 1]) + 1 if joined.opened else 0
        # A line whose pieces do not fit the buffer is read as it is.
        return (before, joined.before_opened()) if before or ended else (complete, joined)

    @property
    def _limit(self) -> str:
        return f"{self.max_line_bytes:,} bytes ({self.limit_name})"

    def _without_line_end(self, view: memoryview, filled: int) -> int:
        """Skip the part of a line that fills a buffer; return how many bytes remain, at its front.

        The NUL bytes in the place of what was truncated may be more than the longest line: they count for nothing.
        """
        piece = bytes(view[:filled])
        rest = piece if self._oversized else piece.lstrip(b"\0")
        if len(rest) == filled:
            self._oversized = self._oversized or _Oversized()
            self._oversized.add(piece)
            rest = b""
        else:
            self._passed.padding += filled - len(rest)
        self._passed.add(piece[: filled - len(rest)])
        view[: len(rest)] = rest
        return len(rest)

    def _unterminated(self, buffer: mmap, filled: int) -> Chunk:
        # An added line feed makes it a line like the others; the counts exclude it again.
        added = 0 if filled and buffer[filled - 1 : filled] == b"\n" else 1
        buffer[filled : filled + added] = b"\n" * added
        before = self.checkpoint
        chunk = self._chunk(buffer, filled + added, self._joined(buffer, filled + added).lines)
        self.checkpoint = chunk.checkpoint = before
        chunk.size -= added
        chunk.terminated = False
        return chunk

    def _chunk(self, buffer: mmap, size: int, joined: Sequence[JoinedLine]) -> Chunk:
        octets = np.frombuffer(buffer, np.uint8, size)
        ends = _line_ends(octets)
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
        unreadable: list[UnreadableLine] = []
        numbers = np.arange(self.checkpoint.lines + 1, self.checkpoint.lines + 1 + len(ends), dtype=np.int64)
        first = self.checkpoint.lines + 1
        offset = self.checkpoint.position
        keep = np.ones(len(ends), bool)
        passed, self._passed = self._passed, _Passed()
        skipped = passed.padding
        if self._oversized is not None:
            self._oversized.add(bytes(octets[: ends[0]]))
            skipped += self._oversized.length - int(ends[0])
            unreadable.append(self._oversized.line(int(numbers[0]), offset + passed.padding, self._limit))
            self._oversized = None
            keep[0] = False
        if buffer.find(b"\r", 0, size) >= 0:
            ends = ends - (octets[np.maximum(ends - 1, 0)] == 13) * (ends > starts)
        ends = _without_padding(octets, starts, ends)
        offsets = starts + (offset + skipped)
        blank = keep & _are_blank(buffer, octets, starts, ends)
        keep &= ~blank
        texts = self._texts(joined, numbers, offsets, unreadable)
        keep[[index for line in joined for index in line.indexes]] = False
        for index, line in self._unreadable_lines(octets, starts, ends, keep, numbers, offsets):
            unreadable.append(line)
            keep[index] = False
        keep[list(texts)] = True
        blank_lines = int(blank.sum())
        if blank_lines and not self.blanks_count:
            numbers = numbers - np.cumsum(blank)
            unreadable = [replace(line, line_number=int(numbers[line.line_number - first])) for line in unreadable]
        counted = len(numbers) if self.blanks_count else len(numbers) - blank_lines
        absorbed = sum(len(line.indexes) - 1 for line in joined)
        tail_bytes = max(TAIL_BYTES, size - int(starts[-1]))
        self.checkpoint = Checkpoint(
            position=offset + skipped + size,
            lines=self.checkpoint.lines + counted,
            head=self.checkpoint.head or (passed.head + bytes(octets[:HEAD_BYTES]))[:HEAD_BYTES],
            tail=(self.checkpoint.tail + passed.tail + bytes(octets[-tail_bytes:]))[-tail_bytes:],
        )
        owned = size <= self.chunk_bytes // _SMALL_FRACTION
        if not keep.all():
            starts, ends, numbers, offsets = starts[keep], ends[keep], numbers[keep], offsets[keep]
            rows = np.cumsum(keep) - 1
            texts = {int(rows[index]): text for index, text in texts.items()}
        return Chunk(
            table=line_table(bytes(octets) if owned else buffer, octets, starts, ends, numbers, offsets, texts),
            lines=counted - absorbed,
            blank=blank_lines if self.blanks_count else 0,
            unreadable=unreadable,
            checkpoint=self.checkpoint,
            size=skipped + size,
            owned=owned,
        )

    def _unreadable_lines(
        self,
        octets: Octets,
        starts: Offsets,
        ends: Offsets,
        keep: npt.NDArray[np.bool_],
        numbers: Offsets,
        offsets: Offsets,
    ) -> Iterator[tuple[int, UnreadableLine]]:
        """Yield the kept lines that are longer than allowed, then those that are not text, with their indexes."""
        for index in map(int, np.flatnonzero(keep & (ends - starts > self.max_line_bytes))):
            content = bytes(octets[starts[index] : ends[index]])
            yield index, self._too_long(content, int(numbers[index]), int(offsets[index]))
        for index, reason in _not_text(octets, starts, ends, keep):
            content = bytes(octets[starts[index] : ends[index]])
            yield index, _unreadable(content, int(numbers[index]), int(offsets[index]), reason)

    def _too_long(self, content: bytes, line_number: int, byte_offset: int) -> UnreadableLine:
        oversized = _Oversized()
        oversized.add(content)
        return oversized.line(line_number, byte_offset, self._limit)

    def _texts(
        self, joined: Sequence[JoinedLine], numbers: Offsets, offsets: Offsets, unreadable: list[UnreadableLine]
    ) -> dict[int, bytes]:
        """Return the texts of joined lines by the indexes of their first pieces, and add the others to `unreadable`."""
        texts: dict[int, bytes] = {}
        for line in joined:
            first = line.indexes[0]
            place = (int(numbers[first]), int(offsets[first]))
            if len(line.content) > self.max_line_bytes:
                unreadable.append(self._too_long(line.content, *place))
            elif reason := _why_not_text(line.content):
                unreadable.append(_unreadable(line.content, *place, reason))
            else:
                texts[first] = line.content
        return texts


def read_buffers(chunk_bytes: int, max_line_bytes: int) -> Buffers:
    """Return two buffers for LineReader, each able to hold the longest line allowed.

    Anonymous maps take only the memory that is written to: zeroing a large buffer for a small file would be most of the
    work.
    """
    capacity = max(chunk_bytes, max_line_bytes + 2)
    return mmap(-1, capacity), mmap(-1, capacity)


@dataclass
class _Passed:
    """What was skipped of a line that is longer than a buffer: its first bytes, its last, and how much was padding."""

    head: bytes = b""
    tail: bytes = b""
    padding: int = 0

    def add(self, piece: bytes) -> None:
        self.head = (self.head + piece[:HEAD_BYTES])[:HEAD_BYTES]
        self.tail = (self.tail + piece[-TAIL_BYTES:])[-TAIL_BYTES:]


class _Oversized:
    """A line longer than allowed: its length, digest and first bytes, but not its text."""

    def __init__(self) -> None:
        self.length = 0
        self._hash = hashlib.sha256()
        self._sample = b""

    def add(self, piece: bytes) -> None:
        self.length += len(piece)
        self._hash.update(piece)
        self._sample = (self._sample + piece[:_SAMPLE_BYTES])[:_SAMPLE_BYTES]

    def line(self, line_number: int, byte_offset: int, limit: str) -> UnreadableLine:
        reason = Reason.of(f"longer than {limit}")
        digest = _first_64_bits(self._hash.digest())
        return UnreadableLine(line_number, byte_offset, self.length, digest, reason, self._sample, is_whole=False)


def _in_background(work: Callable[[], Chunk | None]) -> Future[Chunk | None]:
    """Start work in a daemon thread: a read from an idle pipe must not delay the end of the process."""
    future: Future[Chunk | None] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="pixeldesk-read", daemon=True).start()
    return future


def _line_ends(octets: Octets) -> Offsets:
    # Piece by piece, so that the input and the result of the comparison fit the processor's cache.
    pieces = range(0, len(octets), _PIECE_BYTES)
    return np.concatenate([np.flatnonzero(octets[start : start + _PIECE_BYTES] == 10) + start for start in pieces])


def _has_non_ascii(octets: Octets) -> bool:
    words = octets[: len(octets) & ~7].view(np.uint64)
    pieces = range(0, len(words), _PIECE_BYTES // 8)
    return bool((octets[-8:] >= 0x80).any()) or any(
        np.bitwise_or.reduce(words[start : start + _PIECE_BYTES // 8]) & _HIGH_BITS for start in pieces
    )


def line_digest(line: bytes) -> int:
    """Return the hash that stands for a line which DuckDB never sees: 64 bits of SHA-256."""
    return _first_64_bits(hashlib.sha256(line).digest())


def _first_64_bits(digest: bytes) -> int:
    return int.from_bytes(digest[:8])


def _without_padding(octets: Octets, starts: Offsets, ends: Offsets) -> Offsets:
    """Move the starts of lines behind what is no part of them; return the ends, before it."""
    starts += octets[starts] == _RECORD_SEPARATOR
    # The others are few, so they are examined one by one.
    for index in np.flatnonzero(_MAY_BEGIN_PADDING[octets[starts]]):
        line = bytes(octets[starts[index] : ends[index]])
        starts[index] += len(line) - len(_without_padding_before(line))
    last = octets[np.maximum(ends - 1, 0)]
    for index in np.flatnonzero((last == 0) & (ends > starts)):
        line = bytes(octets[starts[index] : ends[index]])
        ends[index] -= len(line) - len(line.rstrip(b"\0\r"))
    follows_object = (last == ord(",")) & (octets[np.maximum(ends - 2, 0)] == ord("}")) & (ends - starts > 2)
    without_comma: Offsets = ends - (follows_object & (octets[starts] == ord("{")))
    return without_comma


def _without_padding_before(line: bytes) -> bytes:
    while (rest := line.lstrip(_PADDING).removeprefix(_BOM)) != line:
        line = rest
    return line


def _are_blank(buffer: mmap, octets: Octets, starts: Offsets, ends: Offsets) -> npt.NDArray[np.bool_]:
    blank = starts >= ends
    # Only a line that starts with whitespace can be blank; such lines are few, so they are examined one by one.
    first = octets[np.minimum(starts, len(octets) - 1)]
    for index in np.flatnonzero(~blank & np.isin(first, np.frombuffer(_WHITESPACE, np.uint8))):
        blank[index] = not buffer[starts[index] : ends[index]].strip(_WHITESPACE)
    return blank


def _not_text(
    octets: Octets, starts: Offsets, ends: Offsets, keep: npt.NDArray[np.bool_]
) -> Iterator[tuple[int, Reason]]:
    if not _has_non_ascii(octets) or _is_utf8(octets):
        return
    is_non_ascii = octets >= 0x80
    for index in np.flatnonzero(keep & np.logical_or.reduceat(is_non_ascii, starts)):
        reason = _why_not_text(bytes(octets[starts[index] : ends[index]]))
        if reason:
            yield int(index), reason


def _why_not_text(line: bytes) -> Reason | None:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        what = f"not UTF-8 text (byte 0x{line[error.start]:02x} at"
        return Reason(f"{what} {error.start})", f"{what} N)")
    return None


def _unreadable(line: bytes, line_number: int, byte_offset: int, reason: Reason) -> UnreadableLine:
    return UnreadableLine(line_number, byte_offset, len(line), line_digest(line), reason, line)


def _is_utf8(octets: Octets) -> bool:
    bounds = np.array([0, len(octets)], np.int64)
    whole = pa.LargeStringArray.from_buffers(1, pa.py_buffer(bounds), pa.py_buffer(octets))
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
