"""One followed file: kept open while it is being written, so that nothing in it is lost when its name goes away."""

import io
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from pixeldesk.ingest.following.polling import PolledFile, polled_file
from pixeldesk.ingest.sources.byte_stream import is_compressed
from pixeldesk.ingest.sources.fingerprint import RETIRED_NAME
from pixeldesk.ingest.sources.source import Source, SourceChanged, unreadable

_READ_AHEAD_BYTES = 1 << 16


@dataclass(eq=False)
class TrackedFile:
    """A file, whatever it is called. Moments are those of the follower's clock, seconds."""

    seen: PolledFile
    changed_at: float
    """When it was last seen to have changed."""
    former_name: str | None = None
    """The name that it had when it was last recognised."""
    is_recognised: bool = False
    """The store's row of its name is known to be about it."""
    was_cut: bool = False
    """It has become shorter, and nothing was done about that yet."""
    is_hidden: bool = False
    """It is under none of the watched names."""
    tried: tuple[int, int] | None = None
    """Its state when it was last read."""
    tried_at: float = 0.0
    is_unended: bool = False
    """A last line without a line end was left for later."""
    descriptor: int | None = None

    @property
    def has_changed(self) -> bool:
        """Whether something happened to it since it was last read."""
        return self.was_cut or self.seen.state != self.tried

    @property
    def is_nameless(self) -> bool:
        """Whether it was deleted, or moved where nobody can tell."""
        return RETIRED_NAME.fullmatch(self.seen.name) is not None

    @property
    def may_have_been_cut(self) -> bool:
        """Whether it has changed and has not grown: what was written may have been cut off again."""
        return self.tried is not None and self.seen.state != self.tried and self.seen.size <= self.tried[0]

    def saw(self, seen: PolledFile, now: float) -> None:
        """Take in what it is like now."""
        if seen.name != self.seen.name:
            self.former_name = self.former_name or self.seen.name
            self.is_recognised = False
        if seen.state != self.seen.state:
            self.changed_at = now
        self.was_cut = self.was_cut or seen.size < self.seen.size
        self.seen = seen

    def is_put_right(self) -> None:
        """The store's row of its name is about it now."""
        self.is_recognised = True
        self.former_name = None
        self.was_cut = False

    def was_read(self, now: float, *, is_whole: bool) -> None:
        """It was read as far as it was seen, but for a last line without a line end unless it is whole."""
        self.tried = self.seen.state
        self.tried_at = now
        self.is_unended = not is_whole

    def look_by_itself(self, now: float) -> bool:
        """Take in what a file kept open is like and called now. Returns whether it has a name anywhere."""
        assert self.descriptor is not None  # noqa: S101
        status = os.fstat(self.descriptor)
        self.saw(polled_file(self._present_name(status.st_nlink > 0), status), now)
        return status.st_nlink > 0

    def hold(self) -> None:
        """Keep it open. Raises InputError."""
        if self.descriptor is None:
            self.descriptor = _opened(self.seen)

    def let_go(self) -> None:
        """Keep it open no longer."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def open(self) -> BinaryIO:
        """Its bytes, from the start. Raises InputError."""
        descriptor = _opened(self.seen) if self.descriptor is None else os.dup(self.descriptor)
        return io.BufferedReader(_Opened(descriptor), _READ_AHEAD_BYTES)

    def is_compressed(self) -> bool:
        """Whether it is compressed. Raises InputError."""
        with self.open() as file:
            return is_compressed(file.read(4))

    def _present_name(self, has_name: bool) -> str:
        if has_name:
            try:
                name = os.readlink(f"/proc/self/fd/{self.descriptor}")  # noqa: PTH115
                status = os.stat(name)  # noqa: PTH116
            except OSError:
                pass  # Only Linux tells names, and not those in another container.
            else:
                if (status.st_dev, status.st_ino) == self.seen.key:
                    return name
        if self.is_nameless:
            return self.seen.name
        return f"{self.seen.name} (gone {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, inode {self.seen.inode})"


class TrackedFileSource(Source):
    """A followed file as something to load: so much of it as was there when it was seen."""

    is_followed = True

    def __init__(self, file: TrackedFile, *, is_growing: bool) -> None:
        super().__init__(file.seen.name, path=Path(file.seen.name))
        self._file = file
        self.is_growing = is_growing

    def size_and_modified_ns(self) -> tuple[int, int]:
        """See Source. As it was when it was seen: what has come since is read later."""
        return self._file.seen.state

    def open(self) -> BinaryIO:
        """See Source."""
        return self._file.open()


class _Opened(io.RawIOBase):
    """An open file read at a place of its own, whoever else reads it."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        count = os.preadv(self._descriptor, [target], self._place)
        self._place += count
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._place = offset + (self._place if whence == os.SEEK_CUR else 0)
        return self._place

    def tell(self) -> int:
        return self._place

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _opened(seen: PolledFile) -> int:
    try:
        descriptor = os.open(seen.name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise SourceChanged(f"{seen.name}: has gone") from None
    except OSError as error:
        raise unreadable(seen.name, error) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or (status.st_dev, status.st_ino) != seen.key:
        os.close(descriptor)
        raise SourceChanged(f"{seen.name}: is another file by now")
    return descriptor
