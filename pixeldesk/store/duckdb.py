"""One DuckDB file and the process that owns it.

DuckDB lets one process write a file, and while it does no other process may open it. Within the owner readers
never wait for the writer (MVCC), as long as each takes a cursor of its own: one connection refuses a second
thread. So: a fresh cursor a query (4 microseconds), and one writer at a time.
"""

import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pixeldesk.errors import StoreError, StoreMissing, StoreVersionError
from pixeldesk.settings import MIB, Settings
from pixeldesk.store.failures import told_plainly

if TYPE_CHECKING:  # Half of a command's start would go into these, which only frames and loading need.
    import pandas as pd
    import pyarrow as pa

SCHEMA_VERSION = "3"
_FOLDER = Path(__file__).parent
# Files of this storage version open in DuckDB 1.5 too: a way back, at no measured cost.
_STORAGE_VERSION = "v1.5.0"
# What an index on random ids keeps in memory and cannot give back, bytes a row.
_INDEX_BYTES_PER_ROW = 70
Parameters = Mapping[str, object]


class Transaction:
    """One writer's connection between BEGIN and COMMIT. Temporary tables and registered tables are its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        return self._connection.execute(sql, parameters or {}).fetchall()

    def value(self, sql: str, parameters: Parameters | None = None) -> Any:
        """The first column of the first row."""
        return self.execute(sql, parameters)[0][0]

    def arrow(self, sql: str, parameters: Parameters | None = None) -> "pa.Table":
        """The rows as an Arrow table: for many, which go back into another statement."""
        return self._connection.sql(sql, params=dict(parameters or {})).to_arrow_table()

    def append(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Insert rows given as tuples in column order."""
        import pyarrow as pa  # Whoever writes has it loaded; bound values would take a statement a row.

        columns = [pa.array(column) for column in zip(*rows, strict=True)]
        if rows:
            with self.lent("appended", pa.table(columns, [str(place) for place in range(len(columns))])):
                self.execute(f"INSERT INTO {table} SELECT * FROM appended")

    @contextmanager
    def lent(self, name: str, table: "pa.Table") -> Iterator[None]:
        """Let statements read an Arrow table under a name, without copying it."""
        self._connection.register(name, table)
        try:
            yield
        finally:
            self._connection.unregister(name)


class Workbench:
    """A connection of its own for a question of many steps. What it makes is temporary and nobody else sees it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def make_table(self, name: str, select: str, parameters: Parameters | None = None) -> None:
        """Keep the rows of a SELECT under a name until the workbench is left."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}", parameters or {})

    def drop_table(self, name: str) -> None:
        """Give a table's memory back."""
        self._connection.execute(f"DROP TABLE {name}")

    def make_view(self, name: str, select: str) -> None:
        """Give a SELECT a name; its rows are read anew each time."""
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")

    def add_rows(self, name: str, select: str, parameters: Parameters | None = None) -> None:
        """Append the rows of a SELECT to a table of the workbench."""
        self._connection.execute(f"INSERT INTO {name} {select}", parameters or {})

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """Ask, and get one dictionary a row."""
        return _fetched(self._connection, sql, parameters)


class Store:
    """An open store. Any thread may call any method."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool, memory_mib: int) -> None:
        self._connection = connection
        self._writer = threading.Lock()
        self._reading = threading.Condition()
        self._at_work: set[duckdb.DuckDBPyConnection] = set()
        self._is_closing = False
        self._memory_mib = memory_mib
        self.path = path
        self.read_only = read_only

    def query(self, sql: str, parameters: Parameters | None = None) -> "pd.DataFrame":
        """Run one question with bound `$name` parameters and return its rows as a frame."""
        frame: pd.DataFrame = self._arrow(sql, parameters).to_pandas()
        return frame

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """The same as plain Python values, one dictionary a row; quicker for a few rows."""
        with told_plainly(self.path), self._reading_cursor() as cursor:
            return _fetched(cursor, sql, parameters)

    @contextmanager
    def workbench(self) -> Iterator[Workbench]:
        """Ask in many steps, with temporary tables between them, all of one state of the store.

        Raises StoreError when the store is closed meanwhile: closing does not wait for long work.
        """
        with told_plainly(self.path), self._reading_cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield Workbench(cursor)
            finally:
                _roll_back(cursor)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Write. Everything inside is stored when the block ends, or nothing is when it raises."""
        with self._writer, told_plainly(self.path), self._connection.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield Transaction(cursor)
                cursor.execute("COMMIT")
            except BaseException:
                _roll_back(cursor)
                raise

    def drop_indexes(self) -> None:
        """Before a bulk load: an index on random ids costs more to grow than to build anew."""
        with self._writer, told_plainly(self.path), self._connection.cursor() as cursor:
            for name in _index_names():
                cursor.execute(f"DROP INDEX IF EXISTS {name}")

    def build_indexes(self) -> None:
        """Build the indexes that are missing. A process killed in a bulk load leaves them to the next owner."""
        with self._writer, told_plainly(self.path), self._connection.cursor() as cursor:
            # An alias is in two indexes.
            sql = "SELECT (SELECT count(*) FROM requests) + 2 * (SELECT count(*) FROM aliases)"
            rows = cursor.execute(sql).fetchall()[0][0]
            needed_mib = rows * _INDEX_BYTES_PER_ROW * 3 // 2 // MIB + 256
            if needed_mib > self._memory_mib:
                cursor.execute(f"SET GLOBAL memory_limit = '{needed_mib}MiB'")
            cursor.execute((_FOLDER / "indexes.sql").read_text())

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file, unless something is at work in it: the engine does it later then."""
        is_busy = suppress(duckdb.TransactionException)
        with self._writer, told_plainly(self.path), self._connection.cursor() as cursor, is_busy:
            cursor.execute("CHECKPOINT")

    def stop_work(self) -> None:
        """Break off what is being read, and wait until it has ended: the engine refuses to close meanwhile.

        Nothing can be asked afterwards.
        """
        with self._reading:
            self._is_closing = True
            while self._at_work:
                for cursor in self._at_work:
                    cursor.interrupt()
                # An interruption ends one statement; the next may have begun before it came.
                self._reading.wait(timeout=0.05)

    def close(self) -> None:
        """Checkpoint and let go of the file."""
        self.stop_work()
        with self._writer, told_plainly(self.path):
            self._connection.close()

    @contextmanager
    def _reading_cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._reading:
            if self._is_closing:
                raise StoreError(f"{self.path} is being closed")
            cursor = self._connection.cursor()
            self._at_work.add(cursor)
        try:
            yield cursor
        finally:
            with self._reading:
                cursor.close()
                self._at_work.discard(cursor)
                self._reading.notify_all()

    def _arrow(self, sql: str, parameters: Parameters | None) -> "pa.Table":
        with told_plainly(self.path), self._reading_cursor() as cursor:
            return cursor.sql(sql, params=dict(parameters or {})).to_arrow_table()


def open_store(settings: Settings, *, read_only: bool = False) -> Store:
    """Open the store that the settings name; make it first where there is none and writing is wanted.

    Raises StoreMissing, StoreLocked (with the holder's pid), StoreVersionError, StoreBroken or StoreError.
    """
    path = settings.db
    if read_only and not path.exists():
        raise StoreMissing(f"there is no store at {path}; make one with: pixeldesk ingest PATH")
    path.parent.mkdir(parents=True, exist_ok=True)
    with told_plainly(path):
        if not path.exists():
            _make_file(path, _config(settings))
        connection = duckdb.connect(str(path), read_only=read_only, config=_config(settings))
        try:
            _prepare(connection, path, read_only)
        except BaseException:
            connection.close()
            raise
    store = Store(connection, path, read_only=read_only, memory_mib=settings.memory_mib)
    if not read_only:
        path.chmod(0o600)
        store.build_indexes()
    return store


def _make_file(path: Path, config: dict[str, Any]) -> None:
    """An empty store, whole or not at all: half of one, of a full disk or a process killed, could not be opened."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        duckdb.connect(str(new), config=config).close()
        new.chmod(0o600)
        try:
            os.link(new, path)
        except FileExistsError:
            pass  # Another process was quicker.
        except OSError:
            new.rename(path)  # A file system that has no links.
    finally:
        new.unlink(missing_ok=True)


def _config(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "storage_compatibility_version": _STORAGE_VERSION,
        "memory_limit": f"{settings.memory_mib}MiB",
        # A checkpoint rewrites the whole index: rarely, and on purpose.
        "checkpoint_threshold": "1GB",
        "preserve_insertion_order": False,
        # Log text is hostile and SQL is no wall: nothing but the store's own file can be reached.
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if settings.threads:
        config["threads"] = settings.threads
    return config


def _prepare(connection: duckdb.DuckDBPyConnection, path: Path, read_only: bool) -> None:
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    if not tables and not read_only:
        connection.execute("BEGIN TRANSACTION")
        connection.execute((_FOLDER / "schema.sql").read_text())
        connection.execute((_FOLDER / "prelude_duckdb.sql").read_text())
        connection.execute(
            "INSERT INTO meta VALUES ('schema_version', $version), ('line_hash_of_pixeldesk', $hash)",
            {"version": SCHEMA_VERSION, "hash": _line_hash_check(connection)},
        )
        connection.execute("COMMIT")
    elif ("meta",) not in tables:
        raise StoreVersionError(f"{path} is a DuckDB file, but not a pixeldesk store; give --db another path")
    _require_same_version(connection, path)


def _require_same_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    meta: dict[str, str] = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    remedy = f"move {path.name} aside and ingest the logs again"
    if meta.get("schema_version") != SCHEMA_VERSION:
        found = meta.get("schema_version")
        raise StoreVersionError(f"{path} has schema version {found}, this pixeldesk has {SCHEMA_VERSION}; {remedy}")
    if meta.get("line_hash_of_pixeldesk") != _line_hash_check(connection):
        raise StoreVersionError(f"{path} was written by a DuckDB with another hash(); {remedy}")


def _line_hash_check(connection: duckdb.DuckDBPyConnection) -> str:
    # Lines are told apart by the engine's own hash (25 times quicker than MD5), which it may change one day.
    return str(connection.execute("SELECT hash('pixeldesk')").fetchall()[0][0])


def _fetched(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters | None) -> list[dict[str, Any]]:
    connection.execute(sql, parameters or {})
    names = [column[0] for column in connection.description or ()]
    return [dict(zip(names, row, strict=True)) for row in connection.fetchall()]


def _index_names() -> list[str]:
    words = (_FOLDER / "indexes.sql").read_text().split()
    return [words[i + 1] for i, word in enumerate(words) if word == "EXISTS"]


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    # After a full disk the engine has rolled back itself and refuses every further statement.
    try:
        cursor.execute("ROLLBACK")
    except duckdb.Error:
        return
