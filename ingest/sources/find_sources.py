"""Resolve the paths that a user gave: files, folders, globs, addresses, and `-` for standard input."""

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from pixeldesk.errors import InputError
from pixeldesk.ingest.sources.address import as_path, is_address, without_secrets
from pixeldesk.ingest.sources.object_libraries import library_missing
from pixeldesk.ingest.sources.source import STANDARD_INPUT, Source, unreadable
from pixeldesk.ingest.sources.stored_name import stored_name


def find_sources(paths: Iterable[str], standard_input: BinaryIO | None = None) -> Iterator[Source | InputError]:
    """Yield the sources behind the paths, each file once, sorted by name within a path.

    A path that cannot be resolved yields an InputError, so that the others are read all the same.
    """
    seen: set[str] = set()
    for given in paths:
        if given == STANDARD_INPUT:
            if standard_input is not None and STANDARD_INPUT not in seen:
                yield Source(STANDARD_INPUT, piped=standard_input)
            seen.add(STANDARD_INPUT)
            continue
        for found in _resolved(given):
            if isinstance(found, InputError):
                yield found
            elif found.name not in seen:
                seen.add(found.name)
                yield found


def _resolved(given: str) -> Iterator[Source | InputError]:
    if is_address(given):
        yield from _resolved_address(given)
        return
    found = files_of(as_path(given))
    if isinstance(found, InputError):
        yield found
        return
    for path in found:
        name = os.path.realpath(path)
        yield Source(stored_name(name), path=Path(name))


def _resolved_address(given: str) -> Iterator[Source | InputError]:
    # Imports the clients of object storage, which are slow to load and not always installed.
    try:
        from pixeldesk.ingest.sources.object_storage import find_objects
    except ModuleNotFoundError as error:
        if error.name != "fsspec":
            raise
        yield library_missing(without_secrets(given), given.partition("://")[0].rpartition("::")[2].lower())
    else:
        yield from find_objects(given)


def files_of(given: str) -> list[str] | InputError:
    """Return the files behind one path, sorted by name, or the error for a path without files."""
    try:
        mode = os.stat(given).st_mode  # noqa: PTH116
    except OSError as error:
        matches = sorted(glob.glob(given, recursive=True)) if glob.has_magic(given) else []  # noqa: PTH207
        files = [file for match in matches for file in ([match] if os.path.isfile(match) else _folder(match))]  # noqa: PTH113
        if files:
            return list(dict.fromkeys(files))
        if glob.has_magic(given):
            return InputError(f"{stored_name(given)}: matches no file; check the pattern")
        return unreadable(stored_name(given), error)
    if not stat.S_ISDIR(mode):
        return [given]
    return _folder(given) or InputError(f"{stored_name(given)}: holds no files; give a folder with log files in it")


def _folder(folder: str) -> list[str]:
    """List every file below a folder except hidden ones. Links to folders are not followed, so a loop cannot occur."""
    found = []
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [os.path.join(parent, name) for name in sorted(files) if not name.startswith(".")]  # noqa: PTH118
    return found
