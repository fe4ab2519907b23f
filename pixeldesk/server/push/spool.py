"""A body being received: unpacked, counted and kept aside until it is whole."""

import hashlib
import tempfile
from pathlib import Path
from typing import IO

from pixeldesk.server.push.refusals import Refusal, not_writable, too_large, too_many_lines
from pixeldesk.server.push.unpacking import Unpacker, unpacker_of

# A smaller body stays in memory.
_IN_MEMORY_BYTES = 1 << 20
# So many bytes tell how a body is packed.
_MARK_BYTES = 4


class Spool:
    """Takes one body. Its file has no name, is its owner's alone, and is gone with the process.

    Nothing is forced to disk: until the commit nothing has been promised.
    """

    def __init__(self, folder: Path, encoding: str, max_bytes: int, max_lines: int) -> None:
        self._encoding = encoding
        self._max_bytes = max_bytes
        self._max_lines = max_lines
        self._unpacker: Unpacker | None = None
        self._start = b""
        self._lines = 0
        self._digest = hashlib.sha256()
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(folder))  # noqa: SIM115
        self.received = 0
        """Bytes as they were sent."""
        self.size = 0
        """Bytes unpacked."""

    @property
    def digest(self) -> bytes:
        """What the body is recognised by when it comes again."""
        return self._digest.digest()

    def write(self, piece: bytes) -> None:
        """Take the next piece. Raises Refusal for what is too large, damaged, or finds no space."""
        self.received += len(piece)
        if self.received > self._max_bytes:
            raise too_large(self._max_bytes)
        if self._unpacker is not None:
            self._take(self._unpacker, piece)
            return
        self._start += piece
        if len(self._start) >= _MARK_BYTES:
            self._begin()

    def finish(self) -> None:
        """The body is whole. Raises Refusal for one that is cut short."""
        (self._unpacker or self._begin()).end()
        self.file.seek(0)

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    def _begin(self) -> Unpacker:
        self._unpacker = unpacker_of(self._encoding, self._start)
        self._take(self._unpacker, self._start)
        return self._unpacker

    def _take(self, unpacker: Unpacker, piece: bytes) -> None:
        for unpacked in unpacker.unpacked(piece):
            if unpacked:
                self._take_unpacked(unpacked)

    def _take_unpacked(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.size += len(piece)
        if self.size > self._max_bytes:
            raise too_large(self._max_bytes)
        self._lines += piece.count(b"\n")
        if self._lines > self._max_lines:
            raise too_many_lines(self._max_lines)
        try:
            self.file.write(piece)
        except OSError as error:
            raise no_space(error) from error


def no_space(error: OSError) -> Refusal:
    """What is said when a body cannot be kept."""
    return not_writable(f"the server cannot keep the body ({(error.strerror or 'no space').lower()})")
