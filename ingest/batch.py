"""One batch: chunks of lines into the store's tables, inside one transaction.

Rows, quarantine, duplicates, each source's position, the counts and the rollups commit together or not at all.
Chunks are gathered until there is enough to parse at once, for small files one by one would cost more to plan
than to parse.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from errors import StoreError
from ingest.elements import taken_apart
from ingest.lines import Chunk
from ingest.merging import merge
from ingest.quarantine import quarantine
from ingest.reading import Reading, record, retire, withdraw_unterminated
from ingest.report import LineCounts
from ingest.reused_ids import ReusedIds
from ingest.staging import Places, Staging, stored
from settings import Settings
from store import Transaction

_TABLE_OF = {"requests": "requests", "events": "events", "quarantined": "quarantine", "unmapped": "unmapped"}


class Batch:
    """Takes chunks until it is finished. Use it within `store.transaction()`."""

    def __init__(self, transaction: Transaction, settings: Settings, now: datetime) -> None:
        self._transaction = transaction
        self._enough = settings.chunk_bytes
        self._longest = settings.max_line_bytes
        self._now = now.astimezone(UTC).replace(tzinfo=None)
        whole_second = self._now.replace(microsecond=0)
        self._oldest = str(whole_second - timedelta(days=settings.oldest_years * 365.25))
        self._newest = str(whole_second + timedelta(hours=settings.newest_hours))
        self._batch_id = self._next("batch_ids")
        self._readings: dict[str, Reading] = {}
        self._gathered: list[tuple[Reading, Chunk, int]] = []
        self._gathered_bytes = 0
        self._reused_ids = ReusedIds(transaction, self._batch_id)
        transaction.execute("CREATE OR REPLACE TEMP TABLE touched (minute TIMESTAMP)")

    def take(self, reading: Reading, chunk: Chunk | None) -> None:
        """Take a chunk of a source, or None at its end. A chunk that does not own its bytes is stored at once."""
        if reading.source_id is None:
            reading.source_id = self._next("source_ids")
        self._readings[reading.name] = reading
        if reading.grown:
            self._reused_ids.withdraw(reading.source_id)
            withdraw_unterminated(self._transaction, reading.source_id)
            reading.grown = False
        if reading.replaces is not None:
            retire(self._transaction, [reading.replaces], self._now)
            reading.replaces = None
        if chunk is None:
            reading.ended = True
            return
        if reading.log_format.elements:
            chunk = taken_apart(
                self._transaction, chunk, reading.log_format.elements, reading.mark.lines, self._longest
            )
        reading.mark = chunk.mark
        batch_id = self._batch_id if chunk.terminated else self._next("batch_ids")
        counts = reading.counts.setdefault(batch_id, LineCounts())
        counts.add(LineCounts(lines=chunk.lines, blank=chunk.blank, bytes=chunk.size))
        self._gathered.append((reading, chunk, batch_id))
        self._gathered_bytes += chunk.size
        if not chunk.owned or self._gathered_bytes >= self._enough:
            self._store()

    def finish(self) -> LineCounts:
        """Store what is left, recount the rollups, record each source; returns what became of all lines.

        Raises StoreError should the counts not add up: then nothing is stored.
        """
        self._store()
        for outcome, table in _TABLE_OF.items():
            self._count(outcome, stored(self._transaction, table, self._batch_id))
        merge(self._transaction, self._batch_id)
        self._count_rollups()
        self._reused_ids.find()
        total = LineCounts()
        for reading in self._readings.values():
            for counts in reading.counts.values():
                if not counts.balanced:
                    raise StoreError(f"{reading.name}: the line counts do not add up ({counts}); nothing was stored")
                total.add(counts)
        record(self._transaction, list(self._readings.values()), self._batch_id, self._now)
        return total

    def _next(self, sequence: str) -> int:
        return int(self._transaction.value(f"SELECT nextval('{sequence}')"))

    def _store(self) -> None:
        gathered, self._gathered, self._gathered_bytes = self._gathered, [], 0
        by_format: dict[str, list[tuple[Reading, Chunk, int]]] = {}
        for one in gathered:
            by_format.setdefault(one[0].log_format.name, []).append(one)
        for of_one_format in by_format.values():
            self._store_one_format(of_one_format)

    def _store_one_format(self, gathered: list[tuple[Reading, Chunk, int]]) -> None:
        lines = _numbered(gathered)
        reading = gathered[0][0]
        staging = Staging(self._transaction, reading.log_format, self._oldest, self._newest, self._batch_id)
        with self._transaction.lent("lines", lines):
            self._count("duplicates", staging.stage(lines.num_rows))
        staging.insert_staged()
        unreadable = [(batch_id, one.source_id, line) for one, chunk, batch_id in gathered for line in chunk.unreadable]
        known = quarantine(self._transaction, reading.log_format, unreadable)
        self._count("duplicates", [(batch_id, source_id or 0, 1) for batch_id, source_id, _ in known])

    def _count(self, outcome: str, places: Places) -> None:
        by_source = {reading.source_id: reading for reading in self._readings.values()}
        for batch_id, source_id, count in places:
            by_source[source_id].counts[batch_id].add(LineCounts(**{outcome: count}))

    def _count_rollups(self) -> None:
        self._transaction.execute(
            """INSERT INTO touched SELECT DISTINCT date_trunc('minute', timestamp) FROM requests
            WHERE batch_id >= $batch AND NOT clock_suspect""",
            {"batch": self._batch_id},
        )
        bounds = self._transaction.execute("SELECT min(minute), max(minute) + INTERVAL 1 MINUTE FROM touched")
        first, past = bounds[0]
        for statement in rollup_statements() if first is not None else ():
            self._transaction.execute(statement, {"first": first, "past": past} if "$" in statement else {})


@cache
def rollup_statements() -> tuple[str, ...]:
    """What counts the touched minutes anew, one statement each."""
    return tuple((Path(__file__).parent / "rollups.sql").read_text().partition("\n\n")[2].split(";\n")[:-1])


def _numbered(gathered: list[tuple[Reading, Chunk, int]]) -> pa.Table:
    """The chunks' lines in one table, each with its source, its batch, and a number of its own."""
    tables = []
    row = 0
    for reading, chunk, batch_id in gathered:
        count = chunk.table.num_rows
        table = chunk.table.append_column("row", pa.array(np.arange(row, row + count)))
        table = table.append_column("source_id", _repeated(reading.source_id or 0, count))
        tables.append(table.append_column("batch_id", _repeated(batch_id, count)))
        row += count
    return pa.concat_tables(tables)


def _repeated(value: int, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.int32()), count)
