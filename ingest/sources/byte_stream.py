"""The bytes of a source, uncompressed on the way: plain, gzip or Zstandard, told apart by their first bytes."""

import os
import zlib
from typing import BinaryIO, Protocol

import zstandard

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# Small pieces bound what one piece can grow to: Zstandard can pack 128 KiB into four bytes.
_PIECE_BYTES = 4096
# Bytes of what was read last that a stream can still tell.
LAST_BYTES = 4096


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class ByteStream:
    """A source's bytes in order. `problem` says in words why it ended early, once it has.

    `consumed` counts bytes taken from the file as it lies there, for progress; `passed` those of the source, unpacked.
    `limit` is where the source is taken to end for now, in bytes of a file that is no packed one.
    """

    def __init__(self, file: BinaryIO, limit: int | None = None) -> None:
        self._file = file
        self._limit = limit
        self._last = b""
        self.consumed = 0
        self.problem: str | None = None

    @property
    def position(self) -> int:
        """Bytes of the source before the place where it is read next."""
        return self.consumed

    def readinto(self, target: memoryview) -> int:
        """Fill `target` from the front; return how many bytes, 0 at the end. May fill less than asked."""
        if self._limit is not None:
            target = target[: max(0, self._limit - self.consumed)]
        count = int(self._file.readinto(target))  # type: ignore[attr-defined]
        self.consumed += count
        self._remember(target[:count])
        return count

    def read(self, count: int) -> bytes:
        """The next bytes; fewer than asked only at the end."""
        target = memoryview(bytearray(count))
        filled = 0
        while filled < count and (more := self.readinto(target[filled:])):
            filled += more
        return bytes(target[:filled])

    def skip(self, count: int) -> None:
        """Pass over bytes without looking at them."""
        self._file.seek(count, os.SEEK_CUR)
        self.consumed += count

    def last(self, count: int) -> bytes:
        """The bytes that were read last, at most LAST_BYTES of them."""
        return self._last[-count:] if count else b""

    def _remember(self, read: memoryview) -> None:
        self._last = (self._last + bytes(read[-LAST_BYTES:]))[-LAST_BYTES:]

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class RefilledStream(ByteStream):
    """A source whose bytes are made from its file's, piece by piece."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._ready = memoryview(b"")
        self._given = 0

    def _refill(self) -> bool:
        """Make the next bytes, into `_ready`; False at the end."""
        raise NotImplementedError

    @property
    def position(self) -> int:
        """See ByteStream."""
        return self._given

    def readinto(self, target: memoryview) -> int:
        """See ByteStream."""
        filled = 0
        while filled < len(target):
            if not self._ready and not self._refill():
                break
            piece = self._ready[: len(target) - filled]
            target[filled : filled + len(piece)] = piece
            self._ready = self._ready[len(piece) :]
            filled += len(piece)
        self._given += filled
        self._remember(target[:filled])
        return filled

    def skip(self, count: int) -> None:
        """See ByteStream. What is passed over has to be made all the same."""
        scratch = memoryview(bytearray(min(count, 1 << 20)))
        left = count
        while left and (passed := self.readinto(scratch[: min(left, len(scratch))])):
            left -= passed


class CompressedStream(RefilledStream):
    """A gzip or Zstandard file, several members after one another included.

    Damage never costs what came before it: a file cut short, or one with something else behind its data, gives
    all that can be unpacked and says so in `problem`. A bomb is given up at `max_expansion` times the bytes
    read, once that is more than `max_expansion_from` bytes.
    """

    def __init__(self, file: BinaryIO, magic: bytes, max_expansion: int, max_expansion_from: int) -> None:
        super().__init__(file)
        self._magic = magic
        self._max_expansion = max_expansion
        self._max_expansion_from = max_expansion_from
        self._decompressor = self._member()
        self._produced = 0

    def _member(self) -> _Decompressor:
        if self._magic == _GZIP_MAGIC:
            return zlib.decompressobj(wbits=31)
        return zstandard.ZstdDecompressor().decompressobj()

    def _refill(self) -> bool:
        while not self._ready and self.problem is None:
            piece = self._decompressor.unused_data if self._decompressor.eof else b""
            piece = piece or self._file.read(_PIECE_BYTES)
            if not piece:
                if not self._decompressor.eof:
                    self.problem = "is cut short: its compressed data ends early"
                return False
            self._unpack(piece)
        return bool(self._ready)

    def _unpack(self, piece: bytes) -> None:
        if self._decompressor.eof and not self._next_member(piece):
            return
        self.consumed += len(piece)
        try:
            unpacked = self._decompressor.decompress(piece)
        except (zlib.error, zstandard.ZstdError) as error:
            self.problem = f"is damaged: its compressed data cannot be unpacked ({error})"
            return
        self.consumed -= len(self._decompressor.unused_data)
        self._ready = memoryview(unpacked)
        self._produced += len(unpacked)
        if self._produced > max(self._max_expansion * self.consumed, self._max_expansion_from):
            self.problem = (
                f"unpacks to more than {self._max_expansion} times its size and was given up; "
                "if it is no bomb, raise PIXELDESK_MAX_EXPANSION"
            )

    def _next_member(self, piece: bytes) -> bool:
        if piece.startswith(self._magic) or self._magic.startswith(piece):
            self._decompressor = self._member()
            return True
        if piece.strip(b"\0"):
            self.problem = "has something else behind its compressed data, which was left unread"
        else:
            # Zero padding up to a block's end is allowed; what follows it is looked at next.
            self._decompressor = _Spent()
            self.consumed += len(piece)
        return False


class _Spent:
    """Stands behind the last member, when padding has been read."""

    eof = True
    unused_data = b""

    def decompress(self, _: bytes, /) -> bytes:
        return b""


def byte_stream(file: BinaryIO, max_expansion: int, max_expansion_from: int, limit: int | None = None) -> ByteStream:
    """Look at the first bytes and give the stream that fits them. `file` must be able to peek or seek."""
    magic = _peek(file, 4)
    for known in (_GZIP_MAGIC, _ZSTD_MAGIC):
        if magic.startswith(known):
            return CompressedStream(file, known, max_expansion, max_expansion_from)
    return ByteStream(file, limit)


def is_compressed(start: bytes) -> bool:
    """Whether a file with these first four bytes is a packed one."""
    return start.startswith((_GZIP_MAGIC, _ZSTD_MAGIC))


def _peek(file: BinaryIO, count: int) -> bytes:
    peek = getattr(file, "peek", None)
    if peek is not None:
        return bytes(peek(count)[:count])
    start = file.read(count)
    file.seek(0)
    return start
