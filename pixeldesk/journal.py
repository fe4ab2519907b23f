"""A file of lines that is only added to, each line on the disk before anybody goes on.

It is kept beside the store and not in it, for the store is derived from the logs and may be built anew at any time.
A last line without its end was cut short by a full disk or a pulled plug. Nobody was told that it is kept, so it is
passed over, and taken off before the next line is written.
"""

import os
import threading
from pathlib import Path

_writing = threading.Lock()


class Journal:
    """One such file, readable by its owner only. Any thread of one process may use it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[bytes]:
        """The whole lines; none where there is no file. Raises OSError."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        return content[: _end_of_whole_lines(content)].splitlines()

    def append(self, line: str) -> None:
        """Add a line. It is on the disk when this returns. Raises OSError."""
        with _writing:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
                os.ftruncate(descriptor, _end_of_whole_lines(content))
                os.write(descriptor, f"{line}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _end_of_whole_lines(content: bytes) -> int:
    return content.rfind(b"\n") + 1
