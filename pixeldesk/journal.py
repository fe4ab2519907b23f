"""An append-only file of lines, each synced to disk before `append` returns.

A journal lies beside the store, not in it, because the store is derived from the logs and may be rebuilt at any time.
A last line without a line end was truncated by a full disk or a power failure. Its `append` never returned, so reading
skips the line, and the next append removes it.
"""

import os
import threading
from pathlib import Path

_writing = threading.Lock()


class Journal:
    """A journal file, readable by its owner only. Any thread of one process may use it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[bytes]:
        """Return the complete lines, an empty list if there is no file. Raises OSError."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        return content[: _end_of_complete_lines(content)].splitlines()

    def append(self, line: str) -> None:
        """Append a line and sync it to disk. Raises OSError."""
        with _writing:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
                os.ftruncate(descriptor, _end_of_complete_lines(content))
                os.write(descriptor, f"{line}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _end_of_complete_lines(content: bytes) -> int:
    return content.rfind(b"\n") + 1
