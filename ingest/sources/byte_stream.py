"""Read the bytes of a source, decompressed and in UTF-8.

A source is plain, gzip or Zstandard, by its magic bytes; its text is UTF-8 or UTF-16, by its first bytes.
"""

import codecs
import os
import zlib
from typing import BinaryIO, Protocol

import zstandard

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# Small pieces bound what one piece expands to: Zstandard can compress 128 KiB into four bytes.
_PIECE_BYTES = 4096
_UTF_16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# As many first bytes tell UTF-16 without a mark: every second one of ASCII is NUL. They are the same at every poll.
_ENCODING_BYTES = 8
_TRANSCODED_AT_ONCE = 1 << 16
# How many of the bytes read last a stream remembers.
LAST_BYTES = 4096


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class ByteStream:
    """The bytes of a source, in order. `problem` says why the stream ended early, if it did.

    `consumed` counts the bytes read from the file as stored, for progress; `position` counts decompressed bytes.
    `limit` is where an uncompressed file is taken to end for now, in bytes.
    """

    def __init__(self, file: BinaryIO, limit: int | None = None) -> None:
        self._file = file
        self._limit = limit
        self._last = b""
        self.consumed = 0
        self.problem: str | None = None

    @property
    def position(self) -> int:
        """The offset of the next byte, in decompressed bytes."""
        return self.consumed

    def readinto(self, target: memoryview) -> int:
        """Read into the front of `target`; return how many bytes, 0 at the end. May read less than `target` holds."""
        if self._limit is not None:
            target = target[: max(0, self._limit - self.consumed)]
        count = int(self._file.readinto(target))  # type: ignore[attr-defined]
        self.consumed += count
        self._remember(target[:count])
        return count

    def read(self, count: int) -> bytes:
        """Return the next bytes; fewer than `count` only at the end."""
        target = memoryview(bytearray(count))
        filled = 0
        while filled < count and (more := self.readinto(target[filled:])):
            filled += more
        return bytes(target[:filled])

    def skip(self, count: int) -> None:
        """Skip bytes without reading them."""
        self._file.seek(count, os.SEEK_CUR)
        self.consumed += count

    def last(self, count: int) -> bytes:
        """Return the bytes read last, at most LAST_BYTES of them."""
        return self._last[-count:] if count else b""

    def _remember(self, read: memoryview) -> None:
        self._last = (self._last + bytes(read[-LAST_BYTES:]))[-LAST_BYTES:]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class RefilledStream(ByteStream):
    """A stream that transforms the bytes of its file, piece by piece."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._ready = memoryview(b"")
        self._position = 0

    def _refill(self) -> bool:
        """Produce the next bytes in `_ready`; return False at the end."""
        raise NotImplementedError

    @property
    def position(self) -> int:
        """See ByteStream."""
        return self._position

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
        self._position += filled
        self._remember(target[:filled])
        return filled

    def skip(self, count: int) -> None:
        """See ByteStream. Skipped bytes have to be produced all the same."""
        scratch = memoryview(bytearray(min(count, 1 << 20)))
        left = count
        while left and (skipped := self.readinto(scratch[: min(left, len(scratch))])):
            left -= skipped


class CompressedStream(RefilledStream):
    """The decompressed bytes of a gzip or Zstandard file, with one member (frame) or several.

    Damage never costs what came before it: a truncated file, or one with other data after its last member, yields
    all that can be decompressed and sets `problem`. A decompression bomb is abandoned at `max_expansion` times the
    bytes read, once that is more than `max_expansion_from` bytes.
    """

    def __init__(self, file: BinaryIO, magic: bytes, max_expansion: int, max_expansion_from: int) -> None:
        super().__init__(file)
        self._magic = magic
        self._max_expansion = max_expansion
        self._max_expansion_from = max_expansion_from
        self._decompressor = self._new_decompressor()
        self._produced = 0

    def first_bytes(self, count: int) -> bytes:
        """Return some of the first decompressed bytes, at most `count`, without consuming them."""
        if not self._position and not self._ready:
            self._refill()
        return bytes(self._ready[:count])

    def _new_decompressor(self) -> _Decompressor:
        if self._magic == _GZIP_MAGIC:
            return zlib.decompressobj(wbits=31)
        return zstandard.ZstdDecompressor().decompressobj()

    def _refill(self) -> bool:
        while not self._ready and self.problem is None:
            piece = self._decompressor.unused_data if self._decompressor.eof else b""
            piece = piece or self._file.read(_PIECE_BYTES)
            if not piece:
                if not self._decompressor.eof:
                    self.problem = "is truncated: its compressed data ends early"
                return False
            self._decompress(piece)
        return bool(self._ready)

    def _decompress(self, piece: bytes) -> None:
        if self._decompressor.eof and not self._begin_member(piece):
            return
        self.consumed += len(piece)
        try:
            decompressed = self._decompressor.decompress(piece)
        except (zlib.error, zstandard.ZstdError) as error:
            self.problem = f"is damaged: its compressed data cannot be decompressed ({error})"
            return
        self.consumed -= len(self._decompressor.unused_data)
        self._ready = memoryview(decompressed)
        self._produced += len(decompressed)
        if self._produced > max(self._max_expansion * self.consumed, self._max_expansion_from):
            self.problem = (
                f"expands to more than {self._max_expansion} times its size, so reading stopped; "
                "if it is not a decompression bomb, raise PIXELDESK_MAX_EXPANSION"
            )

    def _begin_member(self, piece: bytes) -> bool:
        if piece.startswith(self._magic) or self._magic.startswith(piece):
            self._decompressor = self._new_decompressor()
            return True
        if piece.strip(b"\0"):
            self.problem = "has other data after its compressed data, which was not read"
        else:
            # Zero padding up to the end of a block is allowed; whatever follows it is examined next.
            self._decompressor = _Padding()
            self.consumed += len(piece)
        return False


class TranscodedStream(RefilledStream):
    """The text of a source in UTF-16, as UTF-8: positions count the bytes of that.

    What is no character becomes U+FFFD. Half a character at the end of a growing file is left for the next time.
    """

    def __init__(self, source: ByteStream, encoding: str) -> None:
        super().__init__(source._file)
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._piece = memoryview(bytearray(_TRANSCODED_AT_ONCE))

    def _refill(self) -> bool:
        while not self._ready and (count := self._source.readinto(self._piece)):
            self._ready = memoryview(self._decoder.decode(bytes(self._piece[:count])).encode())
        self.consumed = self._source.consumed
        self.problem = self._source.problem
        return bool(self._ready)

    def close(self) -> None:
        """See ByteStream."""
        self._source.close()


class _Padding:
    """Stands in for a decompressor after padding: it is at its end and has no data left."""

    eof = True
    unused_data = b""

    def decompress(self, _: bytes, /) -> bytes:
        return b""


def byte_stream(file: BinaryIO, max_expansion: int, max_expansion_from: int, limit: int | None = None) -> ByteStream:
    """Return the stream for a file, chosen by its magic bytes. `file` must be able to peek or seek."""
    start = _peek(file, _ENCODING_BYTES)
    for magic in (_GZIP_MAGIC, _ZSTD_MAGIC):
        if start.startswith(magic):
            compressed = CompressedStream(file, magic, max_expansion, max_expansion_from)
            return _in_utf_8(compressed, compressed.first_bytes(_ENCODING_BYTES))
    return _in_utf_8(ByteStream(file, limit), start if limit is None else start[:limit])


def _in_utf_8(stream: ByteStream, start: bytes) -> ByteStream:
    encoding = _utf_16_of(start)
    return TranscodedStream(stream, encoding) if encoding else stream


def _utf_16_of(start: bytes) -> str | None:
    """Return the encoding of a text in UTF-16 that begins with these bytes; None for any other."""
    marked = _UTF_16_MARKS.get(start[:2])
    if marked:
        # The same mark with two NUL bytes is that of UTF-32.
        return marked if start[2:4] != b"\0\0" else None
    if len(start) == _ENCODING_BYTES:
        for encoding, text, zeros in (("utf-16-le", start[::2], start[1::2]), ("utf-16-be", start[1::2], start[::2])):
            if not any(zeros) and all(byte in b"\t\r\n" or 32 <= byte < 127 for byte in text):
                return encoding
    return None


def is_compressed(start: bytes) -> bool:
    """Return whether a file that starts with these four bytes is compressed."""
    return start.startswith((_GZIP_MAGIC, _ZSTD_MAGIC))


def _peek(file: BinaryIO, count: int) -> bytes:
    peek = getattr(file, "peek", None)
    if peek is not None:
        return bytes(peek(count)[:count])
    start = file.read(count)
    file.seek(0)
    return start
