"""Bytes to lines: newline-aligned chunks as Arrow tables, without copying and without a loop over lines.

Only LF ends a line (U+2028, U+0085 and vertical tabs are text); a CR before it, a byte order checkpoint at the start
and blank lines are taken off. Each line keeps its number and its place in uncompressed bytes.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from mmap import mmap

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixeldesk.ingest.sources.byte_stream import ByteStream
from pixeldesk.ingest.sources.line_table import Octets, Places, line_table

Buffers = tuple[mmap, mmap]
_BOM = b"\xef\xbb\xbf"
_BLANKS = b" \t\r\v\f"
# Text of an unreadable line kept for its excerpt, bytes.
_SAMPLE_BYTES = 400
# Bytes a source is recognised by: at its start, and before the place where reading stopped. There it is the whole last
# line at least, for often lines differ only at their start.
HEAD_BYTES = 4096
TAIL_BYTES = 4096
# A chunk of at most this part of the usual size is copied out of the buffer, so that several can be gathered.
_SMALL_SHARE = 4
_PIECE_BYTES = 1 << 18
_HIGH_BITS = np.uint64(0x8080808080808080)


@dataclass(frozen=True)
class UnreadableLine:
    """A line that is no text, or too long to be taken in."""

    line_number: int
    byte_offset: int
    byte_length: int
    digest: int
    reason: str
    sample: bytes


@dataclass(frozen=True)
class Checkpoint:
    """A place in a source between two lines, and what it is recognised by when the source is read again."""

    position: int = 0
    """Uncompressed bytes before it."""
    lines: int = 0
    head: bytes = b""
    """The first bytes of the source, at most HEAD_BYTES."""
    tail: bytes = b""
    """The last bytes before it: the whole last line, and TAIL_BYTES if there are so many."""


START = Checkpoint()


@dataclass
class Chunk:
    """Some whole lines of a source. `table`: line, line_number, byte_offset, byte_length; no blank ones."""

    table: pa.Table
    lines: int
    blank: int
    unreadable: list[UnreadableLine]
    checkpoint: "Checkpoint"
    """Where the source's last complete line ends."""
    size: int
    """Bytes, line ends included."""
    owned: bool
    """Whether the table has its bytes to itself; else it is valid until the chunk after the next is asked for."""
    terminated: bool = True
    """False for a last line without a line end."""


@dataclass
class LineReader:
    """Reads a stream in chunks of about `chunk_bytes`. A line over `max_line_bytes` is passed over unkept."""

    stream: ByteStream
    chunk_bytes: int
    max_line_bytes: int
    checkpoint: Checkpoint = START
    """Where the stream stands."""
    buffers: Buffers | None = None
    """Used in turn; given by a caller that reads many sources, since clearing memory for each costs more."""
    limit_name: str = "PIXELDESK_MAX_LINE_BYTES"
    """The setting that `max_line_bytes` is from."""
    blanks_count: bool = True
    """Whether a blank line is a line: not in documents, where it is what stands between elements."""
    _oversized: "_Oversized | None" = field(default=None, init=False)

    def chunks(self, *, ahead: bool = True) -> Iterator[Chunk]:
        """Chunks in order, the next one being read while the last is worked on, if it is to be read `ahead`.

        A chunk's table may point into one of two buffers: see Chunk.owned.
        """
        if not ahead:
            yield from self._chunks()
            return
        chunks = self._chunks()
        coming = _in_background(lambda: next(chunks, None))
        while (chunk := coming.result()) is not None:
            coming = _in_background(lambda: next(chunks, None))
            yield chunk

    def _chunks(self) -> Iterator[Chunk]:
        buffers = self.buffers or read_buffers(self.chunk_bytes, self.max_line_bytes)
        capacity = len(buffers[0])
        turn, filled, ended = 0, 0, False
        while not ended:
            buffer = buffers[turn]
            view = memoryview(buffer)
            while filled < capacity and not ended:
                count = self.stream.readinto(view[filled:])
                filled += count
                ended = count == 0
            complete = buffer.rfind(b"\n", 0, filled) + 1
            if complete:
                yield self._chunk(buffer, complete)
                # Only now: until a chunk is taken, the other buffer is the one being worked on.
                turn = 1 - turn
                rest = view[complete:filled]
                filled = len(rest)
                memoryview(buffers[turn])[:filled] = rest
            elif not ended:
                self._oversize(bytes(view[:filled]))
                filled = 0
        if filled or self._oversized:
            yield self._unterminated(buffers[turn], filled)

    @property
    def _limit(self) -> str:
        return f"{self.max_line_bytes:,} bytes ({self.limit_name})"

    def _oversize(self, piece: bytes) -> None:
        self._oversized = self._oversized or _Oversized()
        self._oversized.add(piece)

    def _unterminated(self, buffer: mmap, filled: int) -> Chunk:
        # One more line feed makes it a line like the others; it is taken off the counts again.
        buffer[filled : filled + 1] = b"\n"
        before = self.checkpoint
        chunk = self._chunk(buffer, filled + 1)
        self.checkpoint = chunk.checkpoint = before
        chunk.size -= 1
        chunk.terminated = False
        return chunk

    def _chunk(self, buffer: mmap, size: int) -> Chunk:
        octets = np.frombuffer(buffer, np.uint8, size)
        ends = _line_ends(octets)
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
        unreadable: list[UnreadableLine] = []
        numbers = np.arange(self.checkpoint.lines + 1, self.checkpoint.lines + 1 + len(ends), dtype=np.int64)
        first = self.checkpoint.lines + 1
        offset = self.checkpoint.position
        keep = np.ones(len(ends), bool)
        passed_over = 0
        if self._oversized is not None:
            self._oversized.add(bytes(octets[: ends[0]]))
            passed_over = self._oversized.length - int(ends[0])
            unreadable.append(self._oversized.line(int(numbers[0]), offset, self._limit))
            self._oversized = None
            keep[0] = False
        offsets = starts + (offset + passed_over)
        if offset == 0 and buffer[: len(_BOM)] == _BOM and keep[0]:
            starts[0] += len(_BOM)
        if buffer.find(b"\r", 0, size) >= 0:
            ends = ends - (octets[np.maximum(ends - 1, 0)] == 13) * (ends > starts)
        blank = keep & _blank(buffer, octets, starts, ends)
        keep &= ~blank
        for index in map(int, np.flatnonzero(keep & (ends - starts > self.max_line_bytes))):
            long = _Oversized()
            long.add(bytes(octets[starts[index] : ends[index]]))
            unreadable.append(long.line(int(numbers[index]), int(offsets[index]), self._limit))
            keep[index] = False
        for index, reason in _not_text(octets, starts, ends, keep):
            line = bytes(octets[starts[index] : ends[index]])
            unreadable.append(
                UnreadableLine(
                    int(numbers[index]),
                    int(offsets[index]),
                    len(line),
                    line_digest(line),
                    reason,
                    line[:_SAMPLE_BYTES],
                )
            )
            keep[index] = False
        blanks = int(blank.sum())
        if blanks and not self.blanks_count:
            numbers = numbers - np.cumsum(blank)
            unreadable = [replace(line, line_number=int(numbers[line.line_number - first])) for line in unreadable]
        counted = len(numbers) if self.blanks_count else len(numbers) - blanks
        tail_bytes = max(TAIL_BYTES, size - int(starts[-1]))
        self.checkpoint = Checkpoint(
            position=offset + passed_over + size,
            lines=self.checkpoint.lines + counted,
            head=self.checkpoint.head or bytes(octets[:HEAD_BYTES]),
            tail=(self.checkpoint.tail + bytes(octets[-tail_bytes:]))[-tail_bytes:],
        )
        owned = size <= self.chunk_bytes // _SMALL_SHARE
        if not keep.all():
            starts, ends, numbers, offsets = starts[keep], ends[keep], numbers[keep], offsets[keep]
        return Chunk(
            table=line_table(bytes(octets) if owned else buffer, octets, starts, ends, numbers, offsets),
            lines=counted,
            blank=blanks if self.blanks_count else 0,
            unreadable=unreadable,
            checkpoint=self.checkpoint,
            size=passed_over + size,
            owned=owned,
        )


def read_buffers(chunk_bytes: int, max_line_bytes: int) -> Buffers:
    """Two buffers for LineReader, each able to hold the longest line allowed.

    They take no more memory than what is read into them: clearing a large one for a little file is most of the work.
    """
    capacity = max(chunk_bytes, max_line_bytes + 2)
    return mmap(-1, capacity), mmap(-1, capacity)


class _Oversized:
    """A line longer than allowed: measured and recognised, but not kept."""

    def __init__(self) -> None:
        self.length = 0
        self._hash = hashlib.sha256()
        self._sample = b""

    def add(self, piece: bytes) -> None:
        self.length += len(piece)
        self._hash.update(piece)
        self._sample = (self._sample + piece[:_SAMPLE_BYTES])[:_SAMPLE_BYTES]

    def line(self, line_number: int, byte_offset: int, limit: str) -> UnreadableLine:
        reason = f"longer than {limit}"
        digest = _first_64_bits(self._hash.digest())
        return UnreadableLine(line_number, byte_offset, self.length, digest, reason, self._sample)


def _in_background(work: Callable[[], "Chunk | None"]) -> "Future[Chunk | None]":
    """Begin the work in a thread that nobody waits for: reading an idle pipe must not hold up the process's end."""
    future: Future[Chunk | None] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="pixeldesk-read", daemon=True).start()
    return future


def _line_ends(octets: Octets) -> Places:
    # Piece by piece, so that what is compared and the result stay in the processor's cache.
    pieces = range(0, len(octets), _PIECE_BYTES)
    return np.concatenate([np.flatnonzero(octets[at : at + _PIECE_BYTES] == 10) + at for at in pieces])


def _has_high(octets: Octets) -> bool:
    words = octets[: len(octets) & ~7].view(np.uint64)
    pieces = range(0, len(words), _PIECE_BYTES // 8)
    return bool((octets[-8:] >= 0x80).any()) or any(
        np.bitwise_or.reduce(words[at : at + _PIECE_BYTES // 8]) & _HIGH_BITS for at in pieces
    )


def line_digest(line: bytes) -> int:
    """Return the hash that stands for a line which DuckDB never sees: 64 bits of SHA-256."""
    return _first_64_bits(hashlib.sha256(line).digest())


def _first_64_bits(digest: bytes) -> int:
    return int.from_bytes(digest[:8])


def _blank(buffer: mmap, octets: Octets, starts: Places, ends: Places) -> npt.NDArray[np.bool_]:
    blank = starts >= ends
    # Only a line that starts with a blank can be all blank; such lines are few, so they are looked at singly.
    first = octets[np.minimum(starts, len(octets) - 1)]
    for index in np.flatnonzero(~blank & np.isin(first, np.frombuffer(_BLANKS, np.uint8))):
        blank[index] = not buffer[starts[index] : ends[index]].strip(_BLANKS)
    return blank


def _not_text(octets: Octets, starts: Places, ends: Places, keep: npt.NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
    if not _has_high(octets) or _is_utf8(octets):
        return
    high = octets >= 0x80
    for index in np.flatnonzero(keep & np.logical_or.reduceat(high, starts)):
        try:
            bytes(octets[starts[index] : ends[index]]).decode()
        except UnicodeDecodeError as error:
            octet = octets[starts[index] + error.start]
            yield int(index), f"not UTF-8 text (byte 0x{octet:02x} at {error.start})"


def _is_utf8(octets: Octets) -> bool:
    bounds = np.array([0, len(octets)], np.int64)
    whole = pa.LargeStringArray.from_buffers(1, pa.py_buffer(bounds), pa.py_buffer(octets))
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
