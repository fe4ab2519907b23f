"""Read what can be read of a store's file: of an older version, or damaged.

A read that fails is tried again on half of its rows, down to the 2,048 rows that the engine stores together, and there
column by column. Of a file that does not open at all, nothing can be read.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pixeldesk.errors import StoreMissing, StoreVersionError
from pixeldesk.settings import Settings
from pixeldesk.store.duckdb import Config, Parameters, create_tables, engine_config, line_hash_check
from pixeldesk.store.failures import NOTHING_LEFT, translated_errors
from pixeldesk.store.migrating import OLDEST_VERSION, SCHEMA_VERSION, apply_steps, newer_version

if TYPE_CHECKING:
    import pyarrow as pa

LARGE_TABLES = ("requests", "second_lines", "events")
"""The tables with a row for each good line, which are read in pieces and are not migrated."""
_REJECTED = ("quarantine", "unmapped")
_ROWS_PER_READ = 122_880
_SMALLEST_READ = 2_048
_NULLABLE = ("raw", "occurrence")
# The types of the columns of rejected lines that are no whole numbers.
_KINDS = {"reason": "string", "reason_kind": "string", "excerpt": "string", "raw_is_escaped": "bool"}


@dataclass(frozen=True)
class Piece:
    """Rows of a table that could be read, and the number of rows beside them that could not."""

    rows: "pa.Table"
    unread: int = 0


@dataclass(frozen=True)
class _Wanted:
    table: str
    columns: dict[str, str]
    all_needed: bool

    @property
    def needed(self) -> set[str]:
        """The columns without which a row counts as unread."""
        return set(self.columns) if self.all_needed else {next(iter(self.columns))}


class OldStore:
    """A store's file that is only read. One thread uses it.

    `unread` has the number of rows of each small table that could not be read.
    """

    def __init__(self, path: Path, config: Config) -> None:
        self.path = path
        self._config = config
        self._connection = self._opened()
        self.unread: dict[str, int] = {}
        try:
            small = {table: self._salvaged(table) for table in self._tables()}
            self._migrated = self._in_present_schema(small)
            self.has_our_hash = _meta(small, "line_hash_of_pixeldesk") in (None, line_hash_check(self._migrated))
            """Whether its engine hashed lines as ours does, so that the hashes of its lines still recognise them."""
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._migrated.close()
        self._connection.close()

    def _salvaged(self, table: str) -> "pa.Table":
        """Return a small table as far as it can be read, and of a large one its columns."""
        import pyarrow as pa

        if table in LARGE_TABLES:
            return self._empty(table)
        columns = self._columns(table)
        if table in _REJECTED:
            # How a line begins is worth more than where it was.
            columns.sort(key=lambda name: name != "excerpt")
            pieces = [replace(piece, rows=_filled(piece.rows)) for piece in self.pieces(table, columns)]
        else:
            pieces = list(self.pieces(table, columns, all_needed=True))
        unread = sum(piece.unread for piece in pieces)
        if unread:
            self.unread[table] = unread
        return pa.concat_tables([self._empty(table), *(piece.rows for piece in pieces)], promote_options="permissive")

    def _in_present_schema(self, small: "dict[str, pa.Table]") -> duckdb.DuckDBPyConnection:
        """Return the small tables, migrated, in memory.

        Their version is that of the file, or, if that cannot be read, the one that leads to the present schema. Raises
        StoreVersionError if there is none.
        """
        version = int(_meta(small, "schema_version") or 0)
        if version > SCHEMA_VERSION:
            raise newer_version(self.path, version)
        present = _columns_by_table(_fresh(self._config))
        for candidate in (version,) if version else range(SCHEMA_VERSION, OLDEST_VERSION - 1, -1):
            connection = duckdb.connect(":memory:", config=self._config)
            for table, rows in small.items():
                connection.register("salvaged", rows)
                connection.execute(f"CREATE TABLE {table} AS SELECT * FROM salvaged")
                connection.unregister("salvaged")
            try:
                apply_steps(connection, candidate)
            except duckdb.Error:
                connection.close()
                continue
            if _columns_by_table(connection) == present:
                return connection
            connection.close()
        raise StoreVersionError(f"{self.path} is no store that this pixeldesk knows; give the path of a store")

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """Ask the migrated small tables, and return one dictionary per row."""
        found = self._migrated.execute(sql, parameters or {})
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def arrow(self, sql: str) -> "pa.Table":
        """Ask the migrated small tables, and return an Arrow table."""
        return self._migrated.sql(sql).to_arrow_table()

    def pieces(self, table: str, columns: Sequence[str], *, all_needed: bool = False) -> Iterator[Piece]:
        """Yield the rows of a table in the order in which they are stored, in pieces of at most 122,880.

        A column that the table lacks, or that cannot be read there, is NULL. A row counts as unread without its first
        column, or without any column if they are `all_needed`.
        """
        present = self._columns(table)
        wanted = {name: name if name in present else f"NULL AS {name}" for name in columns}
        past = self._connection.execute(f"SELECT coalesce(max(rowid) + 1, 0) FROM {table}").fetchall()[0][0]
        for first in range(0, past, _ROWS_PER_READ):
            yield from self._read(_Wanted(table, wanted, all_needed), first, min(first + _ROWS_PER_READ, past))

    def _read(self, wanted: "_Wanted", first: int, past: int) -> Iterator[Piece]:
        rows = self._try(wanted.table, wanted.columns, first, past)
        if rows is not None:
            yield Piece(rows)
        elif past - first > _SMALLEST_READ:
            middle = first + max((past - first) // 2 // _SMALLEST_READ, 1) * _SMALLEST_READ
            yield from self._read(wanted, first, middle)
            yield from self._read(wanted, middle, past)
        else:
            yield self._without_unreadable_columns(wanted, first, past)

    def _without_unreadable_columns(self, wanted: "_Wanted", first: int, past: int) -> Piece:
        table, columns = wanted.table, wanted.columns
        readable = {name for name in columns if self._try(table, {name: columns[name]}, first, past) is not None}
        if readable >= wanted.needed:
            rows = self._try(
                table, {name: columns[name] if name in readable else f"NULL AS {name}" for name in columns}, first, past
            )
            if rows is not None:
                return Piece(rows)
        counted = f"SELECT count(*) FROM {table} WHERE rowid >= {first} AND rowid < {past}"
        return Piece(self._empty(table), self._connection.execute(counted).fetchall()[0][0])

    def _try(self, table: str, columns: dict[str, str], first: int, past: int) -> "pa.Table | None":
        sql = f"SELECT {', '.join(columns.values())} FROM {table} WHERE rowid >= {first} AND rowid < {past}"
        try:
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.FatalException:
            # The engine refuses everything after it has met a damaged block.
            self._connection.close()
            self._connection = self._opened()
        except duckdb.Error:
            pass
        return None

    def _opened(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self.path), read_only=True, config=self._config)
        connection.execute("SET preserve_insertion_order = true")
        return connection

    def _tables(self) -> list[str]:
        return [name for (name,) in self._connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]

    def _columns(self, table: str) -> list[str]:
        sql = "SELECT column_name FROM duckdb_columns() WHERE table_name = $table ORDER BY column_index"
        return [name for (name,) in self._connection.execute(sql, {"table": table}).fetchall()]

    def _empty(self, table: str) -> "pa.Table":
        return self._connection.sql(f"SELECT * FROM {table} LIMIT 0").to_arrow_table()


@contextmanager
def old_store(path: Path, settings: Settings) -> Iterator[OldStore]:
    """Open a store's file to read what can be read of it.

    Raises StoreMissing, StoreLocked, StoreVersionError if it is newer than this pixeldesk or no store, and StoreBroken
    if it cannot be opened.
    """
    if not path.is_file():
        raise StoreMissing(f"there is no store at {path}")
    with translated_errors(path, NOTHING_LEFT), closing(OldStore(path, engine_config(settings))) as old:
        yield old


def _meta(small: "dict[str, pa.Table]", name: str) -> str | None:
    rows = small["meta"].to_pylist() if "meta" in small else []
    return next((str(row["value"]) for row in rows if row["name"] == name), None)


def _filled(rows: "pa.Table") -> "pa.Table":
    """Return rejected lines with a value in each column that could not be read, except those that may be NULL."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for index, name in enumerate(rows.column_names):
        column = rows[name]
        if name in _NULLABLE or not column.null_count:
            continue
        kind = column.type if not pa.types.is_null(column.type) else _KINDS.get(name, "int64")
        empty: object = "" if str(kind) in ("string", "large_string") else False if str(kind) == "bool" else 0
        rows = rows.set_column(index, name, pc.fill_null(column.cast(kind), empty))
    return rows


def _fresh(config: Config) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config=config)
    create_tables(connection)
    return connection


def _columns_by_table(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    rows = connection.execute("SELECT table_name, column_name FROM duckdb_columns() ORDER BY column_index").fetchall()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found
