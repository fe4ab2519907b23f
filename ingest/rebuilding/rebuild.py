"""Replay what can be read of an old or damaged store into another, with today's formats.

Each record goes the way of a line that is read from a file, under its former source and line number. Rows that are not
made from lines are copied. A transaction holds one piece of a table: a process killed at any moment leaves whole
pieces, and the same command stores the rest, since what is stored already counts as a duplicate.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from pixeldesk.errors import UsageError
from pixeldesk.ingest.load import Progress
from pixeldesk.ingest.rebuilding.copied_rows import copy_other_rows, copy_rejected
from pixeldesk.ingest.rebuilding.old_sources import OldSources
from pixeldesk.ingest.rebuilding.replay import KEY_TRAITS, RECORD_COLUMNS, as_records, replay
from pixeldesk.ingest.rebuilding.report import RebuildReport
from pixeldesk.ingest.report import LineCounts
from pixeldesk.settings import Settings
from pixeldesk.store import Store
from pixeldesk.store.salvage import LARGE_TABLES, OldStore, old_store

# The condition under which the record of a rejected line is whole text, so that it can be parsed again.
_WHOLE = {"quarantine": "raw IS NOT NULL AND NOT raw_is_escaped", "unmapped": "raw IS NOT NULL"}
_REJECTED_PER_PIECE = 100_000


def rebuild(
    store: Store, settings: Settings, old: Path, progress: Callable[[Progress], None] = lambda _: None
) -> RebuildReport:
    """Replay what can be read of the store at `old` into an open store. `progress` is called after each piece.

    Raises UsageError if both are one file, and StoreError or a subclass if `old` does not open.
    """
    if old.exists() and old.samefile(store.path):
        raise UsageError(f"{old} is the store itself; name the new one with --db NEW")
    with old_store(old, settings) as opened:
        return _Rebuild(store, settings, opened, progress).run()


class _Rebuild:
    def __init__(self, store: Store, settings: Settings, old: OldStore, progress: Callable[[Progress], None]) -> None:
        self._store = store
        self._settings = settings
        self._old = old
        self._progress = progress
        self._started = time.monotonic()
        self._now = datetime.now(UTC).replace(tzinfo=None)
        self._sources = OldSources(old, settings, self._now)
        self._unread = Counter(old.unread)
        self._counts = LineCounts()

    def run(self) -> RebuildReport:
        is_empty = not self._store.rows("SELECT 1 FROM requests LIMIT 1")
        if is_empty:
            self._store.drop_indexes()
        try:
            self._run()
        finally:
            if is_empty:
                self._store.build_indexes()
        return self._report()

    def _run(self) -> None:
        with self._store.transaction() as transaction:
            self._sources.adopt(transaction)
            copy_other_rows(transaction, self._old, self._sources.new_ids)
        for records in self._pieces():
            self._replay(records)
        for table, is_whole in _WHOLE.items():
            with self._store.transaction() as transaction:
                self._counts.add(copy_rejected(transaction, self._old, table, is_whole, self._sources, self._now))
        with self._store.transaction() as transaction:
            self._sources.finish(transaction, is_whole=not self._left)

    def _pieces(self) -> Iterator[pa.Table]:
        for table in LARGE_TABLES:
            for piece in self._old.pieces(table, (*RECORD_COLUMNS, *KEY_TRAITS)):
                self._unread[table] += piece.unread
                yield piece.rows
        for table, is_whole in _WHOLE.items():
            columns = ", ".join((*RECORD_COLUMNS, "byte_offset", "byte_length"))
            rows = self._old.arrow(f"SELECT {columns} FROM {table} WHERE {is_whole}")
            for first in range(0, rows.num_rows, _REJECTED_PER_PIECE):
                yield rows.slice(first, _REJECTED_PER_PIECE)

    def _replay(self, rows: pa.Table) -> None:
        """Store the records of a piece in one transaction."""
        if not rows.num_rows:
            return
        with self._store.transaction() as transaction, transaction.registered("records", self._records(rows)):
            sources = self._sources.of_records(transaction)
            self._counts.add(replay(transaction, self._settings, sources, self._now))
        seconds = time.monotonic() - self._started
        self._progress(Progress(self._counts.bytes, None, self._counts.lines, seconds))

    def _records(self, rows: pa.Table) -> pa.Table:
        records = as_records(rows)
        if not self._old.has_our_hash:
            hashes = pa.nulls(records.num_rows, pa.uint64())
            records = records.set_column(records.column_names.index("line_hash"), "line_hash", hashes)
        return records

    @property
    def _left(self) -> int:
        return sum(self._unread[table] for table in (*LARGE_TABLES, *_WHOLE))

    def _report(self) -> RebuildReport:
        counts = self._counts
        return RebuildReport(
            read=counts.lines,
            stored=counts.lines - counts.duplicates,
            duplicates=counts.duplicates,
            left=self._left,
            requests=counts.requests,
            events=counts.events,
            quarantined=counts.quarantined,
            unmapped=counts.unmapped,
            seconds=round(time.monotonic() - self._started, 3),
            unread={table: count for table, count in sorted(self._unread.items()) if count},
        )
