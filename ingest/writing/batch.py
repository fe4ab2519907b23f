"""One batch: chunks of lines into the store's tables, inside one transaction.

Rows, quarantine, duplicates, each source's position, the counts and the rollups commit together or not at all.
Chunks are gathered until there is enough to parse at once, for small files one by one would cost more to plan
than to parse.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from pixeldesk.errors import StoreError
from pixeldesk.ingest.parsing.elements import split_documents
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.lines import Chunk
from pixeldesk.ingest.writing.merging import merge
from pixeldesk.ingest.writing.quarantine import quarantine
from pixeldesk.ingest.writing.reused_ids import ReusedIds
from pixeldesk.ingest.writing.source_progress import SourceProgress, record, retire, withdraw_unterminated
from pixeldesk.ingest.writing.staging import Places, Staging, stored
from pixeldesk.settings import Settings
from pixeldesk.store import Transaction

_TABLE_OF = {"requests": "requests", "events": "events", "quarantined": "quarantine", "unmapped": "unmapped"}


class Batch:
    """Takes chunks until it is finished. Use it within `store.transaction()`."""

    def __init__(self, transaction: Transaction, settings: Settings, now: datetime) -> None:
        self._transaction = transaction
        self._enough = settings.chunk_bytes
        self._longest = settings.max_line_bytes
        self._now = now.astimezone(UTC).replace(tzinfo=None)
        self._oldest, self._newest = plausible_span(settings, self._now)
        self._batch_id = self._next("batch_ids")
        self._readings: dict[str, SourceProgress] = {}
        self._gathered: list[tuple[SourceProgress, Chunk, int]] = []
        self._gathered_bytes = 0
        self._reused_ids = ReusedIds(transaction, self._batch_id)
        transaction.execute("CREATE OR REPLACE TEMP TABLE touched (minute TIMESTAMP)")

    def parts(self, count: int) -> list[int]:
        """Numbers for chunks of one source whose lines are also counted by themselves, in `SourceProgress.parts`."""
        numbers = "SELECT nextval('batch_ids') FROM range($count)"
        return [number for (number,) in self._transaction.execute(numbers, {"count": count})]

    def take(self, reading: SourceProgress, chunk: Chunk | None, part: int | None = None) -> None:
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
            chunk = split_documents(
                self._transaction, chunk, reading.log_format.elements, reading.checkpoint.lines, self._longest
            )
        reading.checkpoint = chunk.checkpoint
        batch_id = part or (self._batch_id if chunk.terminated else self._next("batch_ids"))
        if part is not None:
            reading.has_parts = True
        counts = reading.counts.setdefault(batch_id, LineCounts())
        counts.add(LineCounts(lines=chunk.lines, blank=chunk.blank, bytes=chunk.size))
        self._gathered.append((reading, chunk, batch_id))
        self._gathered_bytes += chunk.size
        if not chunk.owned or self._gathered_bytes >= self._enough:
            self.store_gathered()

    def finish(self) -> LineCounts:
        """Store what is left, recount the rollups, record each source; returns what became of all lines.

        Raises StoreError should the counts not add up: then nothing is stored.
        """
        self.store_gathered()
        for outcome, table in _TABLE_OF.items():
            self._count(outcome, stored(self._transaction, table, self._batch_id))
        merge(self._transaction, self._batch_id)
        count_rollups(self._transaction, self._batch_id)
        self._reused_ids.find()
        total = LineCounts()
        for reading in self._readings.values():
            for counts in reading.counts.values():
                if not counts.balanced:
                    raise StoreError(f"{reading.name}: the line counts do not add up ({counts}); nothing was stored")
                total.add(counts)
            if reading.has_parts:
                reading.join_parts(self._batch_id)
        record(self._transaction, list(self._readings.values()), self._batch_id, self._now)
        return total

    def _next(self, sequence: str) -> int:
        return int(self._transaction.value(f"SELECT nextval('{sequence}')"))

    def store_gathered(self) -> None:
        """Store the lines taken so far. Before a source goes on in another format."""
        gathered, self._gathered, self._gathered_bytes = self._gathered, [], 0
        by_format: dict[str, list[tuple[SourceProgress, Chunk, int]]] = {}
        for one in gathered:
            by_format.setdefault(one[0].log_format.name, []).append(one)
        for of_one_format in by_format.values():
            self._store_one_format(of_one_format)

    def _store_one_format(self, gathered: list[tuple[SourceProgress, Chunk, int]]) -> None:
        lines = _numbered(gathered)
        reading = gathered[0][0]
        staging = Staging(self._transaction, reading.log_format, self._oldest, self._newest, self._batch_id)
        with self._transaction.registered("lines", lines):
            self._count("duplicates", staging.stage(lines.num_rows))
        staging.insert_staged()
        unreadable = [(batch_id, one.source_id, line) for one, chunk, batch_id in gathered for line in chunk.unreadable]
        known = quarantine(self._transaction, reading.log_format, unreadable)
        self._count("duplicates", [(batch_id, source_id or 0, 1) for batch_id, source_id, _ in known])

    def _count(self, outcome: str, places: Places) -> None:
        by_source = {reading.source_id: reading for reading in self._readings.values()}
        for batch_id, source_id, count in places:
            by_source[source_id].counts[batch_id].add(LineCounts(**{outcome: count}))


def plausible_span(settings: Settings, now: datetime) -> tuple[str, str]:
    """Between which moments (UTC) a line's time may be true; for SQL."""
    whole_second = now.replace(microsecond=0)
    oldest = whole_second - timedelta(days=settings.oldest_years * 365.25)
    return str(oldest), str(whole_second + timedelta(hours=settings.newest_hours))


def count_rollups(transaction: Transaction, batch: int) -> None:
    """Count anew the minutes in the table `touched`, and those of the rows of this transaction, from `batch` on."""
    transaction.execute(
        """INSERT INTO touched SELECT DISTINCT date_trunc('minute', timestamp) FROM requests
        WHERE batch_id >= $batch AND NOT clock_suspect""",
        {"batch": batch},
    )
    bounds = transaction.execute("SELECT min(minute), max(minute) + INTERVAL 1 MINUTE FROM touched")
    first, past = bounds[0]
    if first is None:
        return
    sql = "SELECT EXISTS (SELECT 1 FROM dropped_days WHERE day > $first - INTERVAL 2 DAYS AND day < $past)"
    any_dropped = transaction.value(sql, {"first": first, "past": past})
    for statement in rollup_statements(any_dropped):
        transaction.execute(statement, {"first": first, "past": past} if "$" in statement else {})


@cache
def rollup_statements(any_dropped: bool = True) -> tuple[str, ...]:
    """What counts the touched minutes anew, one statement each.

    Where no day of theirs was dropped by a rule, nothing need be asked about that: it takes long to plan.
    """
    sql = (Path(__file__).parent / "rollups.sql").read_text().partition("\n\n")[2]
    if not any_dropped:
        sql = re.sub(r"\n    AND NOT f_is_(partly_)?dropped\([^()]*\)", "", sql)
    return tuple(sql.split(";\n")[:-1])


def _numbered(gathered: list[tuple[SourceProgress, Chunk, int]]) -> pa.Table:
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
