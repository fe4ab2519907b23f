"""Write a batch: chunks of lines into the tables of the store, inside one transaction.

Rows, quarantine, duplicates, the checkpoint of each source, the counts and the rollups commit together or not at all.
Small chunks are gathered and parsed at once: one by one, planning the statements would cost more than parsing.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from pixeldesk.errors import FormatUnclear, StoreError
from pixeldesk.ingest.formats.detection import formats_of
from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.formats.samples import MAX_LINES, as_lines
from pixeldesk.ingest.parsing.elements import split_documents
from pixeldesk.ingest.parsing.time_notation import Times
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.format_name import FormatName
from pixeldesk.ingest.sources.lines import Chunk
from pixeldesk.ingest.sources.source_name import SourceName
from pixeldesk.ingest.writing.batch_counts import BatchCounts
from pixeldesk.ingest.writing.demoting import begin_demoting, moved_lines
from pixeldesk.ingest.writing.equal_lines import drop_surpassed_counts
from pixeldesk.ingest.writing.joining import begin_joining
from pixeldesk.ingest.writing.merging import merge
from pixeldesk.ingest.writing.quarantine import quarantine_refused, quarantine_unreadable
from pixeldesk.ingest.writing.reused_ids import ReusedIds
from pixeldesk.ingest.writing.rules_of_texts import note_rules
from pixeldesk.ingest.writing.source_progress import SourceProgress, record, retire, withdraw_unterminated
from pixeldesk.ingest.writing.stacks import Stacks
from pixeldesk.ingest.writing.staging import SourceCounts, Staging, stored
from pixeldesk.settings import Settings
from pixeldesk.sql_files import statements
from pixeldesk.store import Transaction

_ROLLUPS = statements(Path(__file__).with_name("rollups.sql"))
_RECOUNTED = statements(Path(__file__).with_name("recounted.sql"))
_TABLE_OF = {"requests": "requests", "events": "events", "quarantined": "quarantine", "unmapped": "unmapped"}


class Batch:
    """A batch takes chunks until it is finished. Use it within `store.transaction()`."""

    def __init__(self, transaction: Transaction, settings: Settings, now: datetime) -> None:
        self._transaction = transaction
        self._gather_bytes = settings.chunk_bytes
        self._max_line_bytes = settings.max_line_bytes
        self._custom_formats = settings.formats
        self._personal_data = settings.personal_data
        self._now = now.astimezone(UTC).replace(tzinfo=None)
        self._times = times_of_lines(settings, self._now)
        note_rules(transaction, settings.personal_data)
        self.batch_id = self._next("batch_ids")
        """The first batch id of the transaction."""
        self._sources: dict[SourceName, SourceProgress] = {}
        self._gathered: list[tuple[SourceProgress, Chunk, int]] = []
        self._gathered_bytes = 0
        self._reused_ids = ReusedIds(transaction, self.batch_id)
        self.with_occurrences: set[int] = set()
        """The batches, or parts, with lines that their text does not identify."""
        self.with_known_duplicates: set[int] = set()
        """The batches, or parts, with duplicates of lines that were understood."""
        transaction.execute("CREATE OR REPLACE TEMP TABLE touched (minute TIMESTAMP)")
        begin_demoting(transaction)
        begin_joining(transaction)
        self._stacks = Stacks(transaction)

    def parts(self, count: int) -> list[int]:
        """Return ids for parts of a source: `take` counts the lines of a part separately, in `SourceProgress.parts`."""
        ids = "SELECT nextval('batch_ids') FROM range($count)"
        return [part for (part,) in self._transaction.execute(ids, {"count": count})]

    def take(self, source: SourceProgress, chunk: Chunk | None, part: int | None = None) -> None:
        """Take a chunk of a source, or None at its end. A chunk that does not own its bytes is stored at once."""
        if source.source_id is None:
            source.source_id = self._next("source_ids")
        self._sources[source.name] = source
        if source.has_grown:
            self._reused_ids.withdraw(source.source_id)
            withdraw_unterminated(self._transaction, source.source_id)
            source.has_grown = False
        if source.replaces is not None:
            retire(self._transaction, [source.replaces], self._now)
            source.replaces = None
        if chunk is None:
            source.ended = True
            return
        if source.log_format.elements:
            chunk = split_documents(
                self._transaction, chunk, source.log_format.elements, source.checkpoint.lines, self._max_line_bytes
            )
        source.checkpoint = chunk.checkpoint
        batch_id = part or (self.batch_id if chunk.terminated else self._next("batch_ids"))
        if part is not None:
            source.has_parts = True
        counts = source.counts.setdefault(batch_id, LineCounts())
        counts.add(LineCounts(lines=chunk.lines, blank=chunk.blank, bytes=chunk.size))
        self._gathered.append((source, chunk, batch_id))
        self._gathered_bytes += chunk.size
        if not chunk.owned or self._gathered_bytes >= self._gather_bytes:
            self.store_gathered()

    def add_part(self, source: SourceProgress, part: int, counts: LineCounts) -> None:
        """Count a part of a source of which nothing is new."""
        source.has_parts = True
        source.counts[part] = counts
        before = source.checkpoint
        source.checkpoint = replace(before, position=before.position + counts.bytes, lines=before.lines + counts.lines)

    def finish(self) -> LineCounts:
        """Store the remaining lines, recount the rollups and record each source. Returns the outcomes of all lines.

        Raises StoreError if the counts do not add up; the transaction must then be rolled back.
        """
        self.store_gathered()
        for outcome, table in _TABLE_OF.items():
            self._count(outcome, stored(self._transaction, table, self.batch_id))
        merge(self._transaction, self.batch_id)
        self._count_moved_lines()
        count_rollups(self._transaction, self.batch_id)
        self._reused_ids.find()
        total = LineCounts()
        for source in self._sources.values():
            for counts in source.counts.values():
                if not counts.balanced:
                    raise StoreError(f"{source.name}: the line counts do not add up ({counts}); nothing was stored")
                total.add(counts)
            if source.has_parts:
                source.join_parts(self.batch_id)
        provisional = [batch for source in self._sources.values() for batch in source.counts if batch != self.batch_id]
        drop_surpassed_counts(self._transaction, self.batch_id, provisional)
        record(self._transaction, list(self._sources.values()), self.batch_id, self._now)
        return total

    def _count_moved_lines(self) -> None:
        """Count lines that have become second lines as events. Those of earlier transactions are a correction."""
        own = {(batch_id, source.source_id) for source in self._sources.values() for batch_id in source.counts}
        moved = moved_lines(self._transaction)
        of_own = [counted for counted in moved if counted[:2] in own]
        self._count("events", of_own)
        self._count("requests", [(batch_id, source_id, -lines) for batch_id, source_id, lines in of_own])
        corrections = BatchCounts(self._transaction, self.batch_id, self._now)
        corrections.count_moved([(self.batch_id, *counted[1:]) for counted in moved if counted[:2] not in own])
        corrections.record()

    def _next(self, sequence: str) -> int:
        return int(self._transaction.value(f"SELECT nextval('{sequence}')"))

    def store_gathered(self) -> None:
        """Store the lines taken so far. Call it before a source continues in another format."""
        gathered, self._gathered, self._gathered_bytes = self._gathered, [], 0
        by_format: dict[FormatName, list[tuple[SourceProgress, Chunk, int]]] = {}
        for source, chunk, batch_id in gathered:
            by_format.setdefault(source.log_format.name, []).append((source, chunk, batch_id))
        for same_format in by_format.values():
            self._store_same_format(same_format)

    def _store_same_format(self, gathered: list[tuple[SourceProgress, Chunk, int]]) -> None:
        """Store the lines of sources in the same formats: each line in the first format that knows it."""
        lines = _numbered(gathered)
        formats = list(gathered[0][0].log_format.alternatives)
        tried: list[LogFormat] = []
        are_words_left = False
        while lines.num_rows:
            tried.append(formats.pop(0))
            staging = Staging(self._transaction, tried[-1], self._times, self.batch_id, self._personal_data)
            with self._transaction.registered("lines", lines):
                staging.stage(lines)
                is_of_words = are_words_left
                if not formats and not are_words_left:
                    formats = self._further_formats(staging, tried)
                    are_words_left = not formats
                    formats = formats or _formats_of_words(tried)
                if formats:
                    lines = staging.take_unknown(but_words=is_of_words)
                    self._stacks.place()
                else:
                    lines = lines.slice(0, 0)
                    self._count("lines", self._stacks.join())
                repeated = staging.duplicates()
                self._count("duplicates", repeated)
            if repeated:
                self.with_known_duplicates.update(staging.batches_with_known_duplicates())
            if len(tried) > 1:
                self._add_format(tried[-1])
            self.with_occurrences.update(staging.batches_with_occurrences())
            staging.insert_staged()
            quarantine_refused(self._transaction, tried[-1], self._times.timezone)
        unreadable = [
            (batch_id, source.source_id, line) for source, chunk, batch_id in gathered for line in chunk.unreadable
        ]
        duplicates = quarantine_unreadable(self._transaction, unreadable, self._personal_data)
        self._count("duplicates", [(batch_id, source_id or 0, 1) for batch_id, source_id, _ in duplicates])

    def _further_formats(self, staging: Staging, tried: list[LogFormat]) -> list[LogFormat]:
        """Return the formats, not tried yet, that lines are in which the last format does not know."""
        try:
            found = formats_of(as_lines(staging.unknown_lines(MAX_LINES)), self._custom_formats)
        except FormatUnclear:
            return []
        names = {each.name for each in tried}
        envelopes = {each.format_name for each in tried}
        return [
            each
            for each in found
            if each.name not in names
            and not each.elements
            # An envelope around words takes them at the end.
            and not (each.content and each.inner is None and each.format_name in envelopes)
        ]

    def _add_format(self, log_format: LogFormat) -> None:
        """Add a format to the sources that have staged lines in it."""
        sources = "SELECT DISTINCT source_id FROM staged WHERE is_known"
        for (source_id,) in self._transaction.execute(sources):
            source = next(source for source in self._sources.values() if source.source_id == source_id)
            source.add_format(log_format)

    def _count(self, outcome: str, counted: SourceCounts) -> None:
        by_source = {source.source_id: source for source in self._sources.values()}
        for batch_id, source_id, count in counted:
            by_source[source_id].counts[batch_id].add(LineCounts(**{outcome: count}))


def _formats_of_words(tried: list[LogFormat]) -> list[LogFormat]:
    """Return the formats in which to try what no format knows once more: envelopes take words as their events.

    The last format tried has taken the words of its own envelope.
    """
    envelopes: dict[str, LogFormat] = {}
    for each in tried:
        if each.takes_words:
            envelopes.setdefault(each.format_name, each)
    return [] if list(envelopes) == [tried[-1].format_name] else list(envelopes.values())


def times_of_lines(settings: Settings, now: datetime) -> Times:
    """Return how the times of lines are read, and which are plausible, at a time in UTC without a zone."""
    whole_second = now.replace(microsecond=0)
    oldest = whole_second - timedelta(days=settings.oldest_years * 365.25)
    return Times(str(oldest), str(whole_second + timedelta(hours=settings.newest_hours)), settings.timezone)


def count_rollups(transaction: Transaction, batch: int) -> None:
    """Recount the minutes in the table `touched`, and those of the rows of this transaction.

    `batch` is the first batch id of the transaction.
    """
    transaction.execute(
        """INSERT INTO touched SELECT DISTINCT date_trunc('minute', timestamp) FROM requests
        WHERE batch_id >= $batch AND NOT clock_suspect""",
        {"batch": batch},
    )
    recount_touched(transaction)


def recount_touched(transaction: Transaction) -> None:
    """Recount the minutes in the table `touched`, except those of days that a retention rule dropped."""
    first, past = transaction.execute("SELECT min(minute), max(minute) + INTERVAL 1 MINUTE FROM touched")[0]
    if first is None:
        return
    sql = "SELECT EXISTS (SELECT 1 FROM dropped_days WHERE day > $first - INTERVAL 2 DAYS AND day < $past)"
    any_dropped = transaction.value(sql, {"first": first, "past": past})
    transaction.run(_RECOUNTED["rows_not_dropped" if any_dropped else "every_row"])
    for statement in _ROLLUPS.values():
        transaction.run(statement, first=first, past=past)


def _numbered(gathered: list[tuple[SourceProgress, Chunk, int]]) -> pa.Table:
    """Return the lines of the chunks in one table, each with its source, its batch and a row number."""
    tables = []
    row = 0
    for source, chunk, batch_id in gathered:
        count = chunk.table.num_rows
        table = chunk.table.append_column("row", pa.array(np.arange(row, row + count)))
        table = table.append_column("source_id", _repeated(source.source_id or 0, count))
        tables.append(table.append_column("batch_id", _repeated(batch_id, count)))
        row += count
    return pa.concat_tables(tables)


def _repeated(value: int, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.int32()), count)
