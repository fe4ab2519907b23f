"""Spool a request body while it is received, then decompress it, count its lines, and enforce the limits."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from functools import partial

from pixeldesk.server.push.decompression import Decompressor, decompressor_for
from pixeldesk.server.push.refusals import too_large, too_many_lines

# Length of the longest magic number of a compression.
_MAGIC_BYTES = 4
# How much of a complete body is read at once, bytes.
_PIECE_BYTES = 1 << 18


class Spool:
    """The body of one post, in memory: it is not redacted yet, so it may not touch the disk.

    It is kept as it came, and unpacked when it is complete: so it can be refused before any work is done for it.
    Backpressure counts its bytes, and thereby limits the memory of all posts.
    """

    def __init__(self, encoding: str, max_bytes: int, max_lines: int) -> None:
        decompressor_for(encoding, b"")  # An unknown one is refused before the body.
        self._encoding = encoding
        self._max_bytes = max_bytes
        self._max_lines = max_lines
        self._lines = 0
        self._digest = hashlib.sha256()
        self.file = io.BytesIO()
        self.received = 0
        """Bytes received, compressed if the body is."""
        self.size = 0
        """Bytes of the file, once it is unpacked: those of the body, or of what it was replaced by."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of the decompressed body."""
        return self._digest.digest()

    def write(self, chunk: bytes) -> None:
        """Write the next chunk of the body. Raises Refusal if it is too large."""
        self.received += len(chunk)
        if self.received > self._max_bytes:
            raise too_large(self._max_bytes)
        self.file.write(chunk)

    def unpack(self) -> None:
        """Decompress the complete body and rewind the file. Raises Refusal if it is truncated, damaged or too large."""
        self.file.seek(0)
        decompressor = decompressor_for(self._encoding, self.file.read(_MAGIC_BYTES))
        self.file.seek(0)
        if decompressor is None:
            for piece in _pieces(self.file):
                self._count(piece)
        else:
            self._decompress(decompressor)
        self.file.seek(0)

    def replace(self, pieces: Iterable[bytes]) -> None:
        """Replace the whole body by these pieces of lines; its digest stays that of the body as it was sent."""
        self.file.close()
        self.file = io.BytesIO()
        self.size = 0
        for piece in pieces:
            self.size += len(piece)
            self.file.write(piece)
        self.file.seek(0)

    def close(self) -> None:
        """Free the memory."""
        self.file.close()

    def _decompress(self, decompressor: Decompressor) -> None:
        with self.file as packed:
            self.file = io.BytesIO()
            for piece in _pieces(packed):
                for unpacked in decompressor.decompress(piece):
                    self._count(unpacked)
                    self.file.write(unpacked)
        decompressor.end()

    def _count(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.size += len(piece)
        if self.size > self._max_bytes:
            raise too_large(self._max_bytes)
        self._lines += piece.count(b"\n")
        if self._lines > self._max_lines:
            raise too_many_lines(self._max_lines)


def _pieces(file: io.BytesIO) -> Iterator[bytes]:
    return iter(partial(file.read, _PIECE_BYTES), b"")
