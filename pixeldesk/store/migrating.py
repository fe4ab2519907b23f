"""Migrate a store of an older schema version to the present one, and leave the store as it was beside it.

A copy of the file is migrated in one transaction, by the steps in `migrations/`, and takes the name of the store by one
rename. The old file, to which nothing was written, gets a name with its version. A process that is killed at any moment
therefore leaves the old store or the new one, and at most a hidden copy, which the next migration deletes.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import count
from pathlib import Path

import duckdb

from pixeldesk.errors import StoreError, StoreFull, StoreLocked, StoreVersionError
from pixeldesk.store.file_copy import log_of, put_in_place, temporary_copy

SCHEMA_VERSION = 5
OLDEST_VERSION = 3
"""The oldest schema version that can be migrated."""
_FOLDER = Path(__file__).parent
_log = logging.getLogger(__name__)
Config = dict[str, str | bool | int | float | list[str]]


def schema_version(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the schema version of an open store; 0 if it has none."""
    # Fetched to the end: a pending result is an open transaction, in which nothing can be checkpointed.
    found = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchall()
    return int(found[0][0]) if found else 0


def newer_version(path: Path, version: int) -> StoreVersionError:
    """Return the error about a store that a newer pixeldesk wrote."""
    return StoreVersionError(
        f"{path} has schema version {version}, and this pixeldesk knows {SCHEMA_VERSION} and older ones; "
        "install the pixeldesk that wrote it, or a newer one"
    )


def migrate(path: Path, config: Config, *, keep_old: bool = True) -> None:
    """Migrate the store at `path` to the present version. Does nothing if another process was faster.

    `keep_old=False`: nothing is left of the old version, and a process that is killed may leave a store that does not
    open. Raises StoreLocked, StoreFull if there is too little space for the copy, StoreError if the folder cannot be
    written to, and duckdb.Error: the old store is unchanged then.
    """
    path = path.resolve()
    if not keep_old:
        _migrate_in_place(path, config)
        return
    try:
        with _folder_locked(path.parent, fcntl.LOCK_EX):
            _delete_unfinished(path)
            version = _version(path, config)
            if version < SCHEMA_VERSION:
                _fold_log(path, config)
                old = _replace(path, config, version)
                _log.warning(
                    "%s was migrated from schema version %d to %d; the store as it was is %s, which may be deleted",
                    path, version, SCHEMA_VERSION, old,
                )  # fmt: skip
    except StoreFull as error:
        raise StoreFull(f"{path} has to be migrated to schema version {SCHEMA_VERSION}: {error}") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(f"{path} cannot be migrated to schema version {SCHEMA_VERSION}: {reason}") from error


def apply_steps(connection: duckdb.DuckDBPyConnection, version: int) -> None:
    """Bring an open store of a version to the present one, in one transaction."""
    connection.execute("BEGIN TRANSACTION")
    for step in sorted((_FOLDER / "migrations").glob("*.sql")):
        if int(step.name.partition("_")[0]) > version:
            connection.execute(step.read_text())
    macros = "SELECT function_name FROM duckdb_functions() WHERE function_type = 'macro' AND NOT internal"
    for (name,) in connection.execute(f"{macros} AND schema_name = 'main'").fetchall():
        connection.execute(f"DROP MACRO {name}")
    connection.execute((_FOLDER / "prelude_duckdb.sql").read_text())
    present = {"version": str(SCHEMA_VERSION)}
    connection.execute("UPDATE meta SET value = $version WHERE name = 'schema_version'", present)
    connection.execute("COMMIT")


def _migrate_in_place(path: Path, config: Config) -> None:
    with closing(duckdb.connect(str(path), config=config)) as connection:
        apply_steps(connection, schema_version(connection))
        connection.execute("CHECKPOINT")


@contextmanager
def no_migration(path: Path) -> Iterator[None]:
    """Wait until no process migrates the store at `path`, and let none begin before the end of a `with` block."""
    with _folder_locked(path.resolve().parent, fcntl.LOCK_SH):
        yield


@contextmanager
def _folder_locked(folder: Path, how: int) -> Iterator[None]:
    with ExitStack() as stack:
        # Some folders may not be listed, and some network file systems lock none. The engine's own lock remains.
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, how)
        yield


def _copy_name(path: Path) -> Path:
    return path.with_name(f"{path.name}.migrating")


def _delete_unfinished(path: Path) -> None:
    """Delete what a migration that was killed has left."""
    for file in path.parent.glob(f".{_copy_name(path).name}.*"):
        file.unlink()


def _version(path: Path, config: Config) -> int:
    # Read only: a process that was faster may be reading the migrated store already.
    with closing(duckdb.connect(str(path), read_only=True, config=config)) as connection:
        return schema_version(connection)


def _fold_log(path: Path, config: Config) -> None:
    """Fold the write-ahead log of a store into its file."""
    with closing(duckdb.connect(str(path), config=config)) as connection:
        connection.execute("CHECKPOINT")


def _replace(path: Path, config: Config, version: int) -> Path:
    """Put a migrated copy in the place of the store. Returns the path of the store as it was."""
    # Read only, which locks writers out. When it is closed, its own name and that of its log are the new store's.
    with closing(duckdb.connect(str(path), read_only=True, config=config)) as connection:
        if log_of(path).exists() or schema_version(connection) != version:
            raise StoreLocked(f"{path} was opened by another process meanwhile; try again")
        with temporary_copy(path, _copy_name(path)) as copy:
            _migrate_in_place(copy, config)
            copy.chmod(path.stat().st_mode & 0o777)
            old = _keep_old(path, version)
            put_in_place(copy, path)
    return old


def _keep_old(path: Path, version: int) -> Path:
    """Give the old file a second name, which nothing else has, and return it."""
    for number in count(1):
        suffix = f".{number}" if number > 1 else ""
        old = path.with_name(f"{path.stem}.schema-{version}{suffix}{path.suffix}")
        if not old.exists():
            break
        if old.samefile(path):
            return old  # A process was killed before it could rename the copy.
    try:
        old.hardlink_to(path)
    except OSError:  # This file system has no hard links.
        with temporary_copy(path, _copy_name(path)) as copy:
            put_in_place(copy, old)
    return old
