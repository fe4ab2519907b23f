"""Copy the file of a store, and put a copy in its place."""

import errno
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeldesk.errors import StoreError, StoreFull

_MIB = 1024 * 1024
# What the copy's own checkpoint and headers may take beyond the size of the original.
_MARGIN_BYTES = 16 * _MIB
# Copies a file to standard output, and prints the number of an error.
_COPY = """
import os, shutil, sys
try:
    with open(sys.argv[1], "rb") as source, open(1, "wb") as target:
        try:
            # Some file systems share the blocks, which takes no time and no space.
            while os.copy_file_range(source.fileno(), target.fileno(), 1 << 30):
                pass
        except (OSError, AttributeError):
            source.seek(0)
            target.seek(0)
            shutil.copyfileobj(source, target, 4 << 20)
except OSError as error:
    sys.exit(str(error.errno or ""))
"""


def log_of(path: Path) -> Path:
    """Return the path of a store's write-ahead log: committed data that is not in the store's file yet."""
    return path.with_name(path.name + ".wal")


def require_space(folder: Path, needed: int) -> None:
    """Raise StoreFull unless the disk of a folder has room for so many bytes and a margin."""
    free = shutil.disk_usage(folder).free
    if free < needed + _MARGIN_BYTES:
        raise StoreFull(
            f"no space for a copy of {_in_mib(needed)} in {folder}, which has {_in_mib(free)} free; make room and retry"
        )


@contextmanager
def temporary_copy(path: Path, beside: Path) -> Iterator[Path]:
    """Copy a store's file and log into the folder of `beside`, and delete what is left of the copy after the block.

    Nobody may write to the store until the block begins. Open the copy before it is put in its place: that verifies
    it, and folds its log into its file. Raises StoreError if a file cannot be read or written, and StoreFull before
    anything is written if there is no space.
    """
    files = [file for file in (path, log_of(path)) if file.exists()]
    new = beside.with_name(f".{beside.name}.{secrets.token_hex(4)}.new")
    try:
        require_space(beside.parent, sum(file.stat().st_size for file in files))
        try:
            for file in files:
                _copy(file, new if file == path else log_of(new))
        except OSError as error:
            raise _failed(beside, error) from error
        yield new
    finally:
        new.unlink(missing_ok=True)
        log_of(new).unlink(missing_ok=True)


def put_in_place(new: Path, to: Path) -> None:
    """Rename a file to `to`, in one step and durably: after a crash, `to` is the file it was or the new one."""
    _sync(new)
    new.replace(to)
    _sync(to.parent)


def _copy(file: Path, to: Path) -> None:
    """Copy a file in a process of its own: if this one closes the file, it loses the engine's lock on it."""
    program = [sys.executable, "-I", "-S", "-c", _COPY, str(file)]
    # Made here: if this process is killed, the other one may go on, but only with a file that was there before.
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        done = subprocess.run(program, stdout=target, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if done.returncode:
        number = done.stderr.strip()
        if not number.isdecimal():
            raise OSError(f"copying failed with status {done.returncode}")
        raise OSError(int(number), os.strerror(int(number)))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failed(path: Path, error: OSError) -> StoreError:
    full = error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    reason = (error.strerror or str(error)).lower()
    return (StoreFull if full else StoreError)(f"{path} was not written ({reason}); nothing was changed, try again")


def _in_mib(size: int) -> str:
    return f"{-(-size // _MIB):,} MiB"
