"""Let nobody but its owner read what a process writes.

The engine makes files of its own beside the store (the write-ahead log, spilled rows), whose modes follow the umask of
the process. So each process of pixeldesk sets its umask before anything else.
"""

import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OTHERS = 0o077
_umask_of_the_user: int | None = None


def keep_files_private() -> None:
    """Let every file and folder that this process makes from now on be its owner's alone."""
    global _umask_of_the_user
    before = os.umask(_OTHERS)
    os.umask(before | _OTHERS)
    if _umask_of_the_user is None:
        _umask_of_the_user = before


@contextmanager
def modes_of_the_user() -> Iterator[None]:
    """Make files as the user's own umask has them, for the length of a `with` block: for a file that the user named.

    For a process that writes nothing else meanwhile: the umask is the whole process's.
    """
    if _umask_of_the_user is None:
        yield
        return
    ours = os.umask(_umask_of_the_user)
    try:
        yield
    finally:
        os.umask(ours)


def make_private(paths: Iterable[Path]) -> None:
    """Take files and folders away from everybody but their owner, as far as this process may.

    Links are left alone: another user may have planted them. The files are not opened, which would lose locks on them.
    """
    for path in paths:
        with suppress(OSError):
            mode = path.lstat().st_mode
            if mode & _OTHERS and not stat.S_ISLNK(mode):
                path.chmod(stat.S_IMODE(mode) & ~_OTHERS)


def everybody_may_replace_files_in(folder: Path) -> bool:
    """Tell whether every user may remove files of others in a folder; in /tmp, whose sticky bit is set, none may."""
    mode = folder.stat().st_mode
    return bool(mode & stat.S_IWOTH and not mode & stat.S_ISVTX)


def own_bytes(path: Path, is_trusted: Callable[[int], bool] = lambda _: False) -> bytes:
    """Return the content of a file that only this user could have written, or another whose number is trusted.

    Raises PermissionError for any other file, and for a link; OSError if it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        is_theirs = status.st_uid != os.geteuid() and not is_trusted(status.st_uid)
        if is_theirs or not stat.S_ISREG(status.st_mode) or status.st_mode & _OTHERS:
            raise PermissionError(f"{path} may be somebody else's")
        return file.read()


def write_own_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically, readable by its owner only. Raises OSError.

    It is made anew under a random name: no file or link that somebody else has put there is written to.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise
