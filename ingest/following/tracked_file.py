"""Track one followed file. It is kept open while it is written to, so that nothing is lost when its name goes away."""

import io
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from pixeldesk.ingest.following.polling import PolledFile, polled_file
from pixeldesk.ingest.sources.byte_stream import is_compressed
from pixeldesk.ingest.sources.source import Source, SourceChanged, unreadable
from pixeldesk.ingest.sources.source_name import SourceName, SourceState
from pixeldesk.ingest.sources.stored_name import path_of, stored_name

_READ_AHEAD_BYTES = 1 << 16


@dataclass(eq=False)
class TrackedFile:
    """A followed file, whatever its name is. Times are of the follower's clock, in seconds."""

    polled: PolledFile
    """The file as the last poll saw it."""
    changed_at: float
    """When the file was last seen to have changed."""
    former_name: SourceName | None = None
    """The name of the file when it was last reconciled, if it has another one now."""
    is_reconciled: bool = False
    """Whether the store's row of this name is known to describe this file."""
    was_truncated: bool = False
    """Whether the file has become shorter since it was last reconciled."""
    is_hidden: bool = False
    """Whether the file is under none of the watched names."""
    before: tuple[int, int] | None = None
    """The size and the modification time of the file at the poll before the last one."""
    read_state: tuple[int, int] | None = None
    """The size and the modification time of the file when it was last read."""
    read_at: float = 0.0
    is_unterminated: bool = False
    """Whether a last line without a line feed was left for the next poll."""
    descriptor: int | None = None
    """The descriptor of the file while it is kept open."""

    @property
    def has_changed(self) -> bool:
        """Whether the file has changed since it was last read."""
        return self.was_truncated or self.polled.state != self.read_state

    @property
    def is_nameless(self) -> bool:
        """Whether the file was deleted, or moved to a name that cannot be determined."""
        return self.polled.name.state is SourceState.GONE

    @property
    def may_have_been_truncated(self) -> bool:
        """Whether the file has changed but not grown: it may have been truncated and written again."""
        return (
            self.read_state is not None
            and self.polled.state != self.read_state
            and self.polled.size <= self.read_state[0]
        )

    def update(self, polled: PolledFile, now: float) -> None:
        """Take over the state of the file from a poll."""
        if polled.name != self.polled.name:
            self.former_name = self.former_name or self.polled.name
            self.is_reconciled = False
        if polled.state != self.polled.state:
            self.changed_at = now
        self.was_truncated = self.was_truncated or polled.size < self.polled.size
        self.before = self.polled.state
        self.polled = polled

    def set_reconciled(self) -> None:
        """Note that the store's row of this name describes this file now."""
        self.is_reconciled = True
        self.former_name = None
        self.was_truncated = False

    def set_read(self, now: float, *, is_whole: bool) -> None:
        """Note that the file was read as far as it was polled; if not `is_whole`, all but an unterminated last line."""
        self.read_state = self.polled.state
        self.read_at = now
        self.is_unterminated = not is_whole

    def poll_open_file(self, now: float) -> bool:
        """Poll the open file by its descriptor, and find its present name. Returns whether it has a name anywhere."""
        assert self.descriptor is not None  # noqa: S101
        status = os.fstat(self.descriptor)
        self.update(polled_file(self._present_name(status.st_nlink > 0), status), now)
        return status.st_nlink > 0

    def keep_open(self) -> None:
        """Open the file, and keep it open. Raises InputError."""
        if self.descriptor is None:
            self.descriptor = _opened(self.polled)

    def close(self) -> None:
        """Close the file if it is open."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def open(self) -> BinaryIO:
        """Return a reader of the bytes of the file, from its start. Raises InputError."""
        descriptor = _opened(self.polled) if self.descriptor is None else os.dup(self.descriptor)
        return io.BufferedReader(_OpenFile(descriptor), _READ_AHEAD_BYTES)

    def is_compressed(self) -> bool:
        """Return whether the file is compressed. Raises InputError."""
        with self.open() as file:
            return is_compressed(file.read(4))

    def _present_name(self, has_name: bool) -> SourceName:
        if has_name:
            try:
                name = os.readlink(f"/proc/self/fd/{self.descriptor}")  # noqa: PTH115
                status = os.stat(name)  # noqa: PTH116
            except OSError:
                pass  # Only Linux has these links, and their targets do not resolve across containers.
            else:
                if (status.st_dev, status.st_ino) == self.polled.id:
                    return SourceName(stored_name(name))
        if self.is_nameless:
            return self.polled.name
        return SourceName(self.polled.name.path, SourceState.GONE, datetime.now(UTC).replace(tzinfo=None))


class TrackedFileSource(Source):
    """A tracked file as a source, up to its size at the last poll."""

    is_followed = True

    def __init__(self, file: TrackedFile, *, is_growing: bool) -> None:
        super().__init__(file.polled.name, path=Path(path_of(file.polled.name.path)))
        self._file = file
        self.is_growing = is_growing

    def size_and_modified_ns(self) -> tuple[int, int]:
        """See Source. The state at the last poll: what was written since is read after the next one."""
        return self._file.polled.state

    def open(self) -> BinaryIO:
        """See Source."""
        return self._file.open()


class _OpenFile(io.RawIOBase):
    """An open file with an offset of its own, independent of other readers of the same descriptor."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._offset = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        count = os.preadv(self._descriptor, [target], self._offset)
        self._offset += count
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._offset = offset + (self._offset if whence == os.SEEK_CUR else 0)
        return self._offset

    def tell(self) -> int:
        return self._offset

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _opened(polled: PolledFile) -> int:
    try:
        descriptor = os.open(path_of(polled.name.path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SourceChanged(f"{polled.name}: was deleted") from None
    except OSError as error:
        raise unreadable(str(polled.name), error) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or (status.st_dev, status.st_ino) != polled.id:
        os.close(descriptor)
        raise SourceChanged(f"{polled.name}: is another file now")
    return descriptor
