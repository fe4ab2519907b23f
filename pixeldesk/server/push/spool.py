"""Spool a request body while it is received: decompress it, count its lines, and enforce the limits."""

import hashlib
import io
from collections.abc import Iterable

from pixeldesk.server.push.decompression import Decompressor, decompressor_for
from pixeldesk.server.push.refusals import too_large, too_many_lines

# Length of the longest magic number of a compression.
_MAGIC_BYTES = 4


class Spool:
    """The body of one post, in memory: it is not redacted yet, so it may not touch the disk.

    Backpressure counts its bytes, and thereby limits the memory of all posts.
    """

    def __init__(self, encoding: str, max_bytes: int, max_lines: int) -> None:
        self._encoding = encoding
        self._max_bytes = max_bytes
        self._max_lines = max_lines
        self._decompressor: Decompressor | None = None
        self._start = b""
        self._lines = 0
        self._digest = hashlib.sha256()
        self.file = io.BytesIO()
        self.received = 0
        """Bytes received, compressed if the body is."""
        self.size = 0
        """Bytes of the file: those of the body after decompression, or of what it was replaced by."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of the decompressed body."""
        return self._digest.digest()

    def write(self, chunk: bytes) -> None:
        """Write the next chunk of the body. Raises Refusal if it is too large or damaged."""
        self.received += len(chunk)
        if self.received > self._max_bytes:
            raise too_large(self._max_bytes)
        if self._decompressor is not None:
            self._write(self._decompressor, chunk)
            return
        self._start += chunk
        if len(self._start) >= _MAGIC_BYTES:
            self._begin()

    def finish(self) -> None:
        """End the body and rewind the file. Raises Refusal if the body is truncated."""
        (self._decompressor or self._begin()).end()
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

    def _begin(self) -> Decompressor:
        self._decompressor = decompressor_for(self._encoding, self._start)
        self._write(self._decompressor, self._start)
        return self._decompressor

    def _write(self, decompressor: Decompressor, chunk: bytes) -> None:
        for decompressed in decompressor.decompress(chunk):
            if decompressed:
                self._write_decompressed(decompressed)

    def _write_decompressed(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self.size += len(chunk)
        if self.size > self._max_bytes:
            raise too_large(self._max_bytes)
        self._lines += chunk.count(b"\n")
        if self._lines > self._max_lines:
            raise too_many_lines(self._max_lines)
        self.file.write(chunk)
