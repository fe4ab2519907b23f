"""Store a piece of an old store's records as lines, in the transaction of the caller."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from pixeldesk.errors import UsageError
from pixeldesk.ingest.formats.detection import formats_of
from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.formats.samples import as_lines
from pixeldesk.ingest.parsing.parse_sql import Known
from pixeldesk.ingest.redaction.scan import scanned
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.format_name import FormatName
from pixeldesk.ingest.writing.batch import count_rollups, times_of_lines
from pixeldesk.ingest.writing.batch_counts import BatchCounts
from pixeldesk.ingest.writing.demoting import begin_demoting, moved_lines
from pixeldesk.ingest.writing.joining import begin_joining
from pixeldesk.ingest.writing.merging import merge
from pixeldesk.ingest.writing.quarantine import quarantine_refused
from pixeldesk.ingest.writing.reused_ids import ReusedIds
from pixeldesk.ingest.writing.rules_of_texts import note_rules
from pixeldesk.ingest.writing.stacks import Stacks
from pixeldesk.ingest.writing.staging import Staging, stored
from pixeldesk.settings import Settings
from pixeldesk.store import Transaction

RECORD_COLUMNS = ("raw", "source_id", "line_number", "batch_id", "line_hash", "occurrence")
"""What is read of each record; a column that could not be read is NULL."""
KEY_TRAITS = ("key_fingerprint", "key_prefix", "key_length")
"""The traits of a key, which its record no longer shows if the key was logged in clear."""
SAMPLED_RECORDS = 1000
"""From how many records a format is detected."""
UNKNOWN_SOURCE = -1
"""The former id of the source of records whose own could not be read."""
_TYPES = {
    "raw": pa.string(),
    "source_id": pa.int32(),
    "line_number": pa.int64(),
    "batch_id": pa.int32(),
    "line_hash": pa.uint64(),
    "occurrence": pa.int32(),
    "key_fingerprint": pa.string(),
    "key_prefix": pa.string(),
    "key_length": pa.int32(),
    "byte_offset": pa.int64(),
    "byte_length": pa.int64(),
}
_KNOWN = Known(
    line_hash="coalesce(known_line_hash, hash(line))",
    key=("known_key_fingerprint", "known_key_prefix", "known_key_length"),
    occurrence="occurrence",
)
_TABLE_OF = {"requests": "requests", "events": "events", "quarantined": "quarantine", "unmapped": "unmapped"}


@dataclass(frozen=True)
class ReplayedSource:
    """A source of some records: its id in the old store and in the new one, and the format to parse them in.

    Records of `provisional_batches` are a last line without a line feed.
    """

    old_id: int
    new_id: int
    log_format: LogFormat
    provisional_batches: tuple[int, ...] = ()


def as_records(rows: pa.Table) -> pa.Table:
    """Return rows of any table of the old store with the columns of a record."""
    columns = {
        name: rows[name].cast(kind) if name in rows.column_names else pa.nulls(rows.num_rows, kind)
        for name, kind in _TYPES.items()
    }
    columns["source_id"] = pc.fill_null(columns["source_id"], UNKNOWN_SOURCE)
    return pa.table(columns)


def detected_formats(lines: list[str], settings: Settings) -> list[LogFormat]:
    """Return the formats that lines look like, the main one first; those of the first line if all lines leave it open.

    None of them is the format of a whole document: a record is an element of one.
    """
    for sample in (lines, lines[:1]):
        with suppress(UsageError):
            return formats_of(as_lines(sample), settings.formats)
    return []


def replay(transaction: Transaction, settings: Settings, sources: list[ReplayedSource], now: datetime) -> LineCounts:
    """Store the registered table `records` of these sources. Returns the outcomes of all its lines.

    Raises StoreError if they do not add up.
    """
    return _Replay(transaction, settings, now).run(sources)


class _Replay:
    def __init__(self, transaction: Transaction, settings: Settings, now: datetime) -> None:
        self._transaction = transaction
        self._settings = settings
        self._times = times_of_lines(settings, now)
        note_rules(transaction, settings.personal_data)
        self._batch = self._next_batch()
        self._reused_ids = ReusedIds(transaction, self._batch)
        self._counts = BatchCounts(transaction, self._batch, now)
        transaction.execute("CREATE OR REPLACE TEMP TABLE touched (minute TIMESTAMP)")
        begin_demoting(transaction)
        begin_joining(transaction)

    def run(self, sources: list[ReplayedSource]) -> LineCounts:
        by_format: dict[FormatName, list[ReplayedSource]] = {}
        for source in sources:
            by_format.setdefault(source.log_format.name, []).append(source)
        for same_format in by_format.values():
            self._store(same_format)
        for outcome, table in _TABLE_OF.items():
            self._counts.count(outcome, stored(self._transaction, table, self._batch))
        merge(self._transaction, self._batch)
        self._counts.count_moved(moved_lines(self._transaction))
        count_rollups(self._transaction, self._batch)
        self._reused_ids.find()
        return self._counts.record()

    def _store(self, sources: list[ReplayedSource]) -> None:
        """Store the records of sources of one format.

        A sender may push several formats, of which its source has the last. So records that this format rejects are
        tried in the format that they look like, and rejected only if that does not fit either.
        """
        own_format = sources[0].log_format
        lines = self._lines(sources)
        with self._transaction.registered("lines", lines):
            totals = "SELECT batch_id, source_id, count(*), sum(byte_length) FROM lines GROUP BY batch_id, source_id"
            for batch_id, source_id, count, size in self._transaction.execute(totals):
                self._counts.add(batch_id, source_id, LineCounts(lines=count, bytes=int(size)))
        rejected = lines
        formats = list(own_format.alternatives)
        tried: set[FormatName] = set()
        while formats and rejected.num_rows:
            tried.add(formats[0].name)
            rejected = self._without_rejected(rejected, formats.pop(0))
            if not formats and rejected.num_rows:
                found = detected_formats(rejected["line"].slice(0, SAMPLED_RECORDS).to_pylist(), self._settings)
                formats = [each for each in found if each.name not in tried]
        if rejected.num_rows:
            # Words are events of the envelope that they were in.
            own_format = next((each for each in own_format.alternatives if each.takes_words), own_format)
            staging = self._staged(rejected, own_format, are_final=True)
            staging.insert_staged()
            quarantine_refused(self._transaction, own_format, self._times.timezone)

    def _without_rejected(self, lines: pa.Table, log_format: LogFormat) -> pa.Table:
        """Store the lines that parse in this format, and return the others."""
        staging = self._staged(lines, log_format)
        others = self._transaction.execute(
            """DELETE FROM staged WHERE (NOT is_known OR outcome IN ('refused', 'unmapped')) AND NOT duplicate
            RETURNING row"""
        )
        staging.insert_staged()
        rows = pa.array([row for (row,) in others], pa.int64())
        return lines.filter(pc.is_in(lines["row"], value_set=rows))

    def _staged(self, lines: pa.Table, log_format: LogFormat, *, are_final: bool = False) -> Staging:
        staging = Staging(self._transaction, log_format, self._times, self._batch, self._settings.personal_data, _KNOWN)
        with self._transaction.registered("lines", lines):
            staging.stage(lines)
            if are_final:
                Stacks(self._transaction).join(are_joined=False)
            self._counts.count("duplicates", staging.duplicates())
        return staging

    def _lines(self, sources: list[ReplayedSource]) -> pa.Table:
        """Return the records of these sources as lines; a last line without a line feed gets a batch of its own."""
        old_ids = pa.array([source.old_id for source in sources], pa.int32())
        new_ids = pa.array([source.new_id for source in sources], pa.int32())
        provisional = [(batch, self._next_batch()) for source in sources for batch in source.provisional_batches]
        batches = pa.table(
            {
                "old_batch": pa.array([old for old, _ in provisional], pa.int32()),
                "new_batch": pa.array([new for _, new in provisional], pa.int32()),
            }
        )
        with (
            self._transaction.registered("replayed_sources", pa.table({"old_id": old_ids, "new_id": new_ids})),
            self._transaction.registered("provisional", batches),
        ):
            records = self._transaction.arrow(
                f"""SELECT row_number() OVER () - 1 AS row,
                    coalesce(new_batch, {self._batch})::INTEGER AS batch_id, new_id AS source_id, raw AS line,
                    coalesce(line_number, -1 - row) AS line_number, coalesce(byte_offset, 0) AS byte_offset,
                    coalesce(byte_length, strlen(raw)) AS byte_length, line_hash AS known_line_hash, occurrence,
                    key_fingerprint AS known_key_fingerprint, key_prefix AS known_key_prefix,
                    key_length AS known_key_length
                FROM records
                JOIN replayed_sources ON old_id = source_id
                LEFT JOIN provisional ON old_batch = batch_id"""
            )
        return scanned(records)

    def _next_batch(self) -> int:
        return int(self._transaction.value("SELECT nextval('batch_ids')"))
