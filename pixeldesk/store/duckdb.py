"""One DuckDB file and the process that owns it.

DuckDB lets one process write a file, and no other process can open the file meanwhile. Within the owning process,
readers never wait for the writer (MVCC) if each uses its own cursor: a connection refuses a second thread. So each
query takes a fresh cursor (4 microseconds), and there is one writer at a time.
"""

import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pixeldesk.errors import StoreError, StoreMissing, StoreVersionError
from pixeldesk.file_modes import make_private
from pixeldesk.settings import MIB, Settings
from pixeldesk.sql_files import Statement, statements
from pixeldesk.store.failures import translated_errors
from pixeldesk.store.files import files_of, remove_stale_spills
from pixeldesk.store.migrating import (
    OLDEST_VERSION,
    SCHEMA_VERSION,
    migrate,
    newer_version,
    no_migration,
    schema_version,
)

if TYPE_CHECKING:  # Importing these takes half of a command's start, and only frames and loading need them.
    import pandas as pd
    import pyarrow as pa

_FOLDER = Path(__file__).parent
_INDEXES = _FOLDER / "indexes.sql"
# DuckDB 1.5 can open files of this storage version too: a way back, at no measured cost.
_STORAGE_VERSION = "v1.5.0"
# Memory that an index on random ids occupies and that cannot be evicted, bytes a row.
_INDEX_BYTES_PER_ROW = 70
Parameters = Mapping[str, object]
Config = dict[str, str | bool | int | float | list[str]]


class Transaction:
    """A writer's connection between BEGIN and COMMIT. No other connection sees its temporary and registered tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        return self._connection.execute(sql, parameters or {}).fetchall()

    def value(self, sql: str, parameters: Parameters | None = None) -> Any:
        """Run one statement and return the first column of its first row."""
        return self.execute(sql, parameters)[0][0]

    def run(self, statement: Statement, **values: object) -> list[tuple[Any, ...]]:
        """Run a statement of a file with those of the values that it takes, and return its rows."""
        return self.execute(statement.sql, statement.bound(values))

    def arrow(self, sql: str, parameters: Parameters | None = None) -> "pa.Table":
        """Return the rows as an Arrow table, for many rows that another statement reads."""
        return self._connection.sql(sql, params=dict(parameters or {})).to_arrow_table()

    def append(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert rows, each with its values by the names of the columns."""
        import pyarrow as pa  # Writers have imported it already; bound values would take a statement per row.

        if rows:
            columns = {name: pa.array([row[name] for row in rows]) for name in rows[0]}
            with self.registered("appended", pa.table(columns)):
                self.execute(f"INSERT INTO {table} BY NAME SELECT * FROM appended")

    @contextmanager
    def registered(self, name: str, table: "pa.Table") -> Iterator[None]:
        """Make an Arrow table visible to SQL under a name, without a copy, for the length of a `with` block."""
        self._connection.register(name, table)
        try:
            yield
        except BaseException:
            # An aborted transaction refuses this too, and the cause is what the caller has to see.
            with suppress(duckdb.Error):
                self._connection.unregister(name)
            raise
        self._connection.unregister(name)


class Workbench:
    """A separate connection for a question of many steps. Its tables and views are temporary and private."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def make_table(self, name: str, select: str, parameters: Parameters | None = None) -> None:
        """Store the rows of a SELECT as a temporary table, replacing one of the same name."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}", parameters or {})

    def parameters_of(self, sql: str) -> set[str]:
        """Return the names of the parameters in a statement."""
        return {name for statement in self._connection.extract_statements(sql) for name in statement.named_parameters}

    def drop_table(self, name: str) -> None:
        """Drop a temporary table to free its memory."""
        self._connection.execute(f"DROP TABLE {name}")

    def make_view(self, name: str, select: str) -> None:
        """Name a SELECT, which runs anew each time the view is read."""
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")

    def add_rows(self, name: str, select: str, parameters: Parameters | None = None) -> None:
        """Append the rows of a SELECT to a temporary table."""
        self._connection.execute(f"INSERT INTO {name} {select}", parameters or {})

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """Run one question and return one dictionary per row."""
        return _fetched(self._connection, sql, parameters)


class Store:
    """An open store. Any thread may call any method."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, path: Path, config: Config, *, read_only: bool, memory_mib: int
    ) -> None:
        self._connection = connection
        self._config = config
        self._writer = threading.Lock()
        self._reading = threading.Condition()
        self._open_cursors: set[duckdb.DuckDBPyConnection] = set()
        self._is_closing = False
        self._is_released = False
        self._memory_mib = memory_mib
        self.path = path
        self.read_only = read_only
        self.generation = 0
        """How often another file has taken the place of this store's. What was read before is of the former file."""

    def query(self, sql: str, parameters: Parameters | None = None) -> "pd.DataFrame":
        """Run one question with bound `$name` parameters and return its rows as a data frame."""
        frame: pd.DataFrame = self._arrow(sql, parameters).to_pandas()
        return frame

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """Run one question and return one dictionary per row; faster than a data frame for a few rows."""
        with translated_errors(self.path), self._reading_cursor() as cursor:
            return _fetched(cursor, sql, parameters)

    @contextmanager
    def workbench(self) -> Iterator[Workbench]:
        """Ask in many steps, with temporary tables between them, on one snapshot of the store.

        Raises StoreError if the store is closed meanwhile: `close` does not wait for long queries.
        """
        with translated_errors(self.path), self._reading_cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield Workbench(cursor)
            finally:
                _roll_back(cursor)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a write transaction, committed at the end of the `with` block and rolled back if the block raises."""
        with self._writer, translated_errors(self.path), self._connection.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield Transaction(cursor)
                cursor.execute("COMMIT")
            except BaseException:
                _roll_back(cursor)
                raise

    def drop_indexes(self) -> None:
        """Drop the indexes before a bulk load: an index on random ids costs more to grow than to rebuild."""
        with self._writer, translated_errors(self.path), self._connection.cursor() as cursor:
            for name in statements(_INDEXES):
                cursor.execute(f"DROP INDEX IF EXISTS {name}")

    def build_indexes(self) -> None:
        """Build the missing indexes. If a process is killed in a bulk load, the next owner of the store builds them."""
        with self._writer:
            self._build_indexes()

    def _build_indexes(self) -> None:
        with translated_errors(self.path), self._connection.cursor() as cursor:
            # Two indexes hold each alias.
            sql = "SELECT (SELECT count(*) FROM requests) + 2 * (SELECT count(*) FROM aliases)"
            rows = cursor.execute(sql).fetchall()[0][0]
            needed_mib = rows * _INDEX_BYTES_PER_ROW * 3 // 2 // MIB + 256
            if needed_mib > self._memory_mib:
                cursor.execute(f"SET GLOBAL memory_limit = '{needed_mib}MiB'")
            for index in statements(_INDEXES).values():
                cursor.execute(index.sql)

    def checkpoint(self) -> None:
        """Checkpoint: fold the write-ahead log into the file.

        While another transaction is open nothing happens, and the engine checkpoints later.
        """
        with self._writer:
            self._checkpoint()

    def _checkpoint(self) -> None:
        if self.read_only:
            return
        is_busy = suppress(duckdb.TransactionException)
        with translated_errors(self.path), self._connection.cursor() as cursor, is_busy:
            cursor.execute("CHECKPOINT")

    @contextmanager
    def quiet_file(self) -> Iterator[None]:
        """Let writers wait for the length of a `with` block, so that the file and its log can be copied."""
        with self._writer:
            self._checkpoint()
            yield

    @contextmanager
    def released(self) -> Iterator[None]:
        """Release the file for the length of a `with` block, and open what is at its path afterwards.

        Running queries are interrupted and raise StoreError; new ones, and writers, wait for the end of the block.
        """
        with self._writer:
            with self._reading:
                self._is_released = True
                self._interrupt()
            try:
                with translated_errors(self.path):
                    self._connection.close()
                yield
            finally:
                try:
                    with translated_errors(self.path):
                        self._connection = duckdb.connect(str(self.path), read_only=self.read_only, config=self._config)
                        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
                    if not self.read_only:
                        self._build_indexes()
                finally:
                    with self._reading:
                        self.generation += 1
                        self._is_released = False
                        self._reading.notify_all()

    def stop_work(self) -> None:
        """Interrupt the running queries and wait for their end: the engine cannot close while they run.

        Every later query raises StoreError.
        """
        with self._reading:
            self._is_closing = True
            self._reading.notify_all()
            self._interrupt()

    def _interrupt(self) -> None:
        while self._open_cursors:
            for cursor in self._open_cursors:
                cursor.interrupt()
            # An interrupt ends one statement; the cursor may have started its next one before it arrived.
            self._reading.wait(timeout=0.05)

    def close(self) -> None:
        """Checkpoint and release the file."""
        self.stop_work()
        with self._writer, translated_errors(self.path):
            self._connection.close()

    @contextmanager
    def _reading_cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._reading:
            self._reading.wait_for(lambda: self._is_closing or not self._is_released)
            if self._is_closing:
                raise StoreError(f"{self.path} is being closed")
            cursor = self._connection.cursor()
            self._open_cursors.add(cursor)
        try:
            yield cursor
        finally:
            with self._reading:
                cursor.close()
                self._open_cursors.discard(cursor)
                self._reading.notify_all()

    def _arrow(self, sql: str, parameters: Parameters | None) -> "pa.Table":
        with translated_errors(self.path), self._reading_cursor() as cursor:
            return cursor.sql(sql, params=dict(parameters or {})).to_arrow_table()


def open_store(settings: Settings, *, read_only: bool = False, copy_of: Path | None = None) -> Store:
    """Open the configured store. If there is none, create it, unless `read_only`. Migrate a store of an older version.

    `copy_of`: the store is a copy of that one, which errors name. Nothing is left of its older version.

    Raises StoreMissing, StoreLocked (with the holder's pid), StoreVersionError, StoreBroken, StoreFull or StoreError.
    """
    path, shown = settings.db, copy_of or settings.db
    if read_only and not path.exists():
        raise StoreMissing(f"there is no store at {path}; make one with: pixeldesk ingest PATH")
    path.parent.mkdir(parents=True, exist_ok=True)
    # An older version, or another umask, may have left files that others can read.
    make_private(files_of(path))
    config = engine_config(settings)
    with translated_errors(shown):
        if not path.exists():
            _make_file(path, config)
        with no_migration(path):
            connection = _connected(path, config, read_only, shown)
        if connection is None:
            # A command that only reads migrates too: it could not read the old version.
            migrate(path, config, keep_old=copy_of is None)
            connection = _connected(path, config, read_only, shown)
        if connection is None:
            raise StoreError(f"{shown} was replaced by an older store while it was opened; try again")
    store = Store(connection, path, config, read_only=read_only, memory_mib=settings.memory_mib)
    if not read_only:
        remove_stale_spills(path)
        store.build_indexes()
    return store


def _connected(path: Path, config: Config, read_only: bool, shown: Path) -> duckdb.DuckDBPyConnection | None:
    """Return a connection to a store of the present version; None if it has an older one."""
    connection = duckdb.connect(str(path), read_only=read_only, config=config)
    try:
        is_present = _prepare(connection, shown, read_only)
    except BaseException:
        connection.close()
        raise
    if not is_present:
        connection.close()
        return None
    return connection


def _make_file(path: Path, config: Config) -> None:
    """Create an empty store atomically: a partial file, after a full disk or a kill, could not be opened."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        duckdb.connect(str(new), config=config).close()
        new.chmod(0o600)
        try:
            os.link(new, path)
        except FileExistsError:
            pass  # Another process was faster.
        except OSError:
            new.rename(path)  # The file system has no hard links.
    finally:
        new.unlink(missing_ok=True)


def engine_config(settings: Settings) -> Config:
    """Return the configuration of every connection."""
    config: Config = {
        "storage_compatibility_version": _STORAGE_VERSION,
        "memory_limit": f"{settings.memory_mib}MiB",
        # A checkpoint rewrites the whole index, so let it happen rarely, and on purpose.
        "checkpoint_threshold": "1GB",
        "preserve_insertion_order": False,
        # Lines that are not redacted yet may be spilled. The engine's own cipher takes its key, which only this process
        # has, from 64 random bits (hence "unsafe"); the stronger one is an extension that would have to be downloaded.
        "temp_file_encryption": True,
        "force_mbedtls_unsafe": True,
        # Log text is hostile and SQL is no sandbox: the engine can reach the store's own file only.
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if settings.threads:
        config["threads"] = settings.threads
    return config


def _prepare(connection: duckdb.DuckDBPyConnection, path: Path, read_only: bool) -> bool:
    """Create the tables of an empty store. Returns whether the store has the present version."""
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    if not tables and not read_only:
        create_tables(connection)
    elif ("meta",) not in tables:
        raise StoreVersionError(f"{path} is a DuckDB file, but not a pixeldesk store; give the path of one")
    _require_known_version(connection, path)
    return schema_version(connection) == SCHEMA_VERSION


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables and macros of the present schema in an empty database."""
    connection.execute("BEGIN TRANSACTION")
    connection.execute((_FOLDER / "schema.sql").read_text())
    connection.execute((_FOLDER / "prelude_duckdb.sql").read_text())
    connection.execute(
        "INSERT INTO meta VALUES ('schema_version', $version), ('line_hash_of_pixeldesk', $hash)",
        {"version": str(SCHEMA_VERSION), "hash": line_hash_check(connection)},
    )
    connection.execute("COMMIT")


def _require_known_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    meta: dict[str, str] = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    version = schema_version(connection)
    if version > SCHEMA_VERSION:
        raise newer_version(path, version)
    if version < OLDEST_VERSION:
        raise StoreVersionError(
            f"{path} has schema version {version}, and this pixeldesk migrates {OLDEST_VERSION} and newer ones; "
            "install the pixeldesk that wrote it"
        )
    if meta.get("line_hash_of_pixeldesk") != line_hash_check(connection):
        raise StoreVersionError(
            f"{path} was written by a DuckDB with another hash(), by which lines are recognised; "
            f"make a new store of it with: pixeldesk rebuild {path} --db NEW"
        )


def line_hash_check(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a value that differs between engines that hash differently."""
    # Lines are identified by the engine's own hash (25 times faster than MD5), which may change in a later version.
    return str(connection.execute("SELECT hash('pixeldesk')").fetchall()[0][0])


def _fetched(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters | None) -> list[dict[str, Any]]:
    connection.execute(sql, parameters or {})
    names = [column[0] for column in connection.description or ()]
    return [dict(zip(names, row, strict=True)) for row in connection.fetchall()]


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    # After a full disk the engine has already rolled back, and refuses every further statement.
    try:
        cursor.execute("ROLLBACK")
    except duckdb.Error:
        return
