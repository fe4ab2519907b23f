"""Spool a request body while it is received: decompress it, count its lines, and enforce the limits."""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from pixeldesk.server.push.decompression import Decompressor, decompressor_for
from pixeldesk.server.push.refusals import Refusal, not_writable, too_large, too_many_lines

# Smaller bodies stay in memory.
_IN_MEMORY_BYTES = 1 << 20
# Length of the longest magic number of a compression.
_MAGIC_BYTES = 4


class Spool:
    """The spool file of one body: without a name, readable by its owner only, and deleted with the process.

    It is not synced to disk: the sender gets no answer before the commit.
    """

    def __init__(self, folder: Path, encoding: str, max_bytes: int, max_lines: int) -> None:
        self._encoding = encoding
        self._max_bytes = max_bytes
        self._max_lines = max_lines
        self._decompressor: Decompressor | None = None
        self._start = b""
        self._lines = 0
        self._digest = hashlib.sha256()
        self._folder = folder
        self.file = self._new_file()
        self.received = 0
        """Bytes received, compressed if the body is."""
        self.size = 0
        """Bytes of the file: those of the body after decompression, or of what it was replaced by."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of the decompressed body."""
        return self._digest.digest()

    def write(self, chunk: bytes) -> None:
        """Write the next chunk of the body. Raises Refusal if it is too large or damaged, or if the disk is full."""
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
        replaced, self.file = self.file, self._new_file()
        replaced.close()
        self.size = 0
        for piece in pieces:
            self.size += len(piece)
            self._write_to_file(piece)
        self.file.seek(0)

    def close(self) -> None:
        """Close and delete the file."""
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
        self._write_to_file(chunk)

    def _new_file(self) -> IO[bytes]:
        return tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(self._folder))

    def _write_to_file(self, chunk: bytes) -> None:
        try:
            self.file.write(chunk)
        except OSError as error:
            raise no_space(error) from error


def no_space(error: OSError) -> Refusal:
    """Refuse a body that cannot be written to the spool file."""
    return not_writable(f"the server cannot keep the body ({(error.strerror or 'no space').lower()})")
