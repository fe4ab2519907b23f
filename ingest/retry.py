"""Retry rejected lines with the current formats and settings, after a format or a setting was fixed.

A retry is one transaction. A line that parses now leaves quarantine and is counted once: a batch without lines corrects
the counts of its source, one quarantined line less and one request more, so that the outcomes still add up. A line that
is still refused stays. A line is read from its source, or else from the store, where its secrets are redacted. One that
was not stored whole and is no longer found at its offset stays too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import pyarrow as pa

from pixeldesk.errors import UsageError
from pixeldesk.ingest.formats.detection import formats_of
from pixeldesk.ingest.formats.log_format import LogFormat, log_format
from pixeldesk.ingest.formats.samples import as_lines
from pixeldesk.ingest.parsing.parse_sql import Known
from pixeldesk.ingest.parsing.refusal import why_refused
from pixeldesk.ingest.redaction.scan import scanned
from pixeldesk.ingest.report import Retried
from pixeldesk.ingest.sources.lines import line_digest
from pixeldesk.ingest.sources.reason import Reason
from pixeldesk.ingest.writing.batch import count_rollups, times_of_lines
from pixeldesk.ingest.writing.batch_counts import BatchCounts
from pixeldesk.ingest.writing.demoting import begin_demoting, moved_lines
from pixeldesk.ingest.writing.joining import begin_joining
from pixeldesk.ingest.writing.merging import merge
from pixeldesk.ingest.writing.rejected_lines import RejectedLine, rejected_lines, stored_texts, with_bytes
from pixeldesk.ingest.writing.reused_ids import ReusedIds
from pixeldesk.ingest.writing.rules_of_texts import note_rules
from pixeldesk.ingest.writing.staging import Staging, stored
from pixeldesk.settings import Settings
from pixeldesk.store import Store, Transaction

_TABLES = {"quarantine": "quarantined", "unmapped": "unmapped"}
# The most sources that a report names.
_SHOWN_SOURCES = 20
_LINES = pa.schema(
    [
        ("row", pa.int64()),
        ("batch_id", pa.int32()),
        ("source_id", pa.int32()),
        ("line", pa.string()),
        ("line_number", pa.int64()),
        ("byte_offset", pa.int64()),
        ("byte_length", pa.int64()),
        ("expected", pa.uint64()),
        ("is_digest", pa.bool_()),
        ("is_redacted", pa.bool_()),
        ("occurrence", pa.int32()),
    ]
)
# A redacted line stands for the original one, which is recognised by its hash if it is read again.
_LINE_HASH = "CASE WHEN is_redacted THEN expected ELSE hash(line) END"


@dataclass(frozen=True)
class _Line:
    """A rejected line with a text: that of its source, or the redacted one that is stored."""

    rejected: RejectedLine
    text: str
    is_redacted: bool = False


def retry(store: Store, settings: Settings, source: str | None = None, reason: str | None = None) -> Retried:
    """Retry the rejected lines of a source, or of all sources; of one kind of reason, or of all. Raises StoreError."""
    with store.transaction() as transaction:
        return _Retry(transaction, settings).run(rejected_lines(transaction, source, reason))


class _Retry:
    def __init__(self, transaction: Transaction, settings: Settings) -> None:
        self._transaction = transaction
        self._settings = settings
        self._now = datetime.now(UTC).replace(tzinfo=None)
        note_rules(transaction, settings.personal_data)
        self._first_batch = self._next_batch()
        # A last line without a line feed is withdrawn when its source grows, so each source has a batch for its own.
        self._provisional: dict[int, int] = {}
        self._reused_ids = ReusedIds(transaction, self._first_batch)
        self._counts = BatchCounts(transaction, self._first_batch, self._now)
        self._still = 0
        self._not_found: Counter[str] = Counter()
        transaction.execute("CREATE OR REPLACE TEMP TABLE touched (minute TIMESTAMP)")
        begin_demoting(transaction)
        begin_joining(transaction)

    def run(self, lines: list[RejectedLine]) -> Retried:
        for _, same_source in groupby(lines, key=lambda line: line.source_id):
            for part in self._parts(self._readable(same_source)):
                self._try(part)
        self._counts.count("requests", stored(self._transaction, "requests", self._first_batch))
        self._counts.count("events", stored(self._transaction, "events", self._first_batch))
        merge(self._transaction, self._first_batch)
        self._counts.count_moved(moved_lines(self._transaction))
        count_rollups(self._transaction, self._first_batch)
        self._reused_ids.find()
        became = self._counts.record()
        return Retried(
            tried=len(lines),
            requests=became.requests,
            events=became.events,
            duplicates=became.duplicates,
            still=self._still,
            not_found=sum(self._not_found.values()),
            not_found_in=sorted(self._not_found)[:_SHOWN_SOURCES],
        )

    def _batch_of(self, line: RejectedLine) -> int:
        if not line.provisional:
            return self._first_batch
        if line.source_id not in self._provisional:
            self._provisional[line.source_id] = self._next_batch()
        return self._provisional[line.source_id]

    def _next_batch(self) -> int:
        return int(self._transaction.value("SELECT nextval('batch_ids')"))

    def _readable(self, lines: Iterable[RejectedLine]) -> Iterator[tuple[RejectedLine, bytes]]:
        """Yield the lines that are not too long, with their bytes."""
        short = []
        for line in lines:
            if line.byte_length > self._settings.max_line_bytes:
                self._still += 1
            else:
                short.append(line)
        return with_bytes(short, self._settings)

    def _parts(self, lines: Iterable[tuple[RejectedLine, bytes]]) -> Iterator[list[_Line]]:
        """Yield the lines in parts of about the size of a chunk."""
        part: list[_Line] = []
        size = 0
        for line, content in lines:
            try:
                part.append(_Line(line, content.decode()))
                size += line.byte_length
            except UnicodeDecodeError:
                self._count_not_text(line, content)
            if size >= self._settings.chunk_bytes:
                yield part
                part, size = [], 0
        if part:
            yield part

    def _count_not_text(self, line: RejectedLine, content: bytes) -> None:
        if line.is_stored or line_digest(content) == line.line_hash:
            self._still += 1
        else:
            self._not_found[line.source] += 1

    def _try(self, lines: list[_Line]) -> None:
        rejected = self._verified(lines)
        reasons: dict[int, Reason] = {}
        for candidate in self._formats(rejected):
            if rejected:
                rejected, reasons = self._stage(rejected, candidate)
        self._still += len(rejected)
        self._update_reasons([(each.rejected, reasons[row]) for row, each in enumerate(rejected) if row in reasons])

    def _formats(self, lines: list[_Line]) -> Iterator[LogFormat]:
        """Yield the format that the source was read in, then the format that its lines are detected as now."""
        if not lines:
            return
        name = lines[0].rejected.format
        tried = set()
        # It may have been a custom format that no longer exists.
        with suppress(UsageError):
            for own in log_format(name, self._settings.formats).alternatives:
                tried.add(own.name.layers)
                yield own
        with suppress(UsageError):
            texts = as_lines(line.text for line in lines)
            for detected in formats_of(texts, self._settings.formats):
                if detected.name.layers not in tried:
                    yield detected

    def _verified(self, lines: list[_Line]) -> list[_Line]:
        """Return the lines with their texts, from the store where a source has another text by now.

        Lines without a text are counted: those that are no text as still rejected, the others as not found.
        """
        with self._transaction.registered("candidates", self._table(lines)):
            unchanged = self._transaction.execute("SELECT row FROM candidates WHERE is_digest OR hash(line) = expected")
        rows = {row for (row,) in unchanged}
        changed = [line.rejected for row, line in enumerate(lines) if row not in rows]
        texts = stored_texts(self._transaction, changed)
        self._still += sum(line.is_stored and line not in texts for line in changed)
        self._not_found.update(line.source for line in changed if not line.is_stored)
        found = [line if row in rows else _stored(line, texts) for row, line in enumerate(lines)]
        return [line for line in found if line is not None]

    def _stage(self, lines: list[_Line], candidate: LogFormat) -> tuple[list[_Line], dict[int, Reason]]:
        """Store the lines that parse in this format. Returns the other lines, and the reasons by their index."""
        times = times_of_lines(self._settings, self._now)
        known = Known(_LINE_HASH, occurrence="occurrence")
        staging = Staging(self._transaction, candidate, times, self._first_batch, self._settings.personal_data, known)
        table = scanned(self._table(lines))
        with self._transaction.registered("lines", table):
            staging.stage(table)
            duplicates = staging.duplicates()
        others = self._transaction.execute(
            "DELETE FROM staged WHERE outcome IN ('refused', 'unmapped') RETURNING row, raw, batch_id, duplicate"
        )
        staging.insert_staged()
        refused = {row: raw for row, raw, _, _ in others}
        self._counts.count("duplicates", duplicates)
        # A rejected line equals its own entry in quarantine, which does not make it a duplicate.
        own_entries = Counter(batch for _, _, batch, duplicate in others if duplicate)
        source_id = lines[0].rejected.source_id
        self._counts.count("duplicates", [(batch, source_id, -count) for batch, count in own_entries.items()])
        self._remove([line.rejected for row, line in enumerate(lines) if row not in refused])
        rejected = [row for row in range(len(lines)) if row in refused]
        reasons = {index: why_refused(refused[row], candidate, times.timezone) for index, row in enumerate(rejected)}
        return [lines[row] for row in rejected], reasons

    def _remove(self, lines: list[RejectedLine]) -> None:
        for table, outcome in _TABLES.items():
            removed = [line for line in lines if line.table == table]
            row_ids = pa.table({"row_id": pa.array([line.row_id for line in removed], pa.int64())})
            with self._transaction.registered("removed", row_ids):
                self._transaction.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT row_id FROM removed)")
            for line in removed:
                self._counts.count(outcome, [(self._batch_of(line), line.source_id, -1)])

    def _update_reasons(self, lines: list[tuple[RejectedLine, Reason]]) -> None:
        changed = [
            {"row_id": line.row_id, "reason": reason.text, "reason_kind": reason.kind}
            for line, reason in lines
            if line.reason not in (None, reason.text)
        ]
        if changed:
            with self._transaction.registered("changed", pa.Table.from_pylist(changed)):
                self._transaction.execute(
                    """UPDATE quarantine SET reason = changed.reason, reason_kind = changed.reason_kind
                    FROM changed WHERE quarantine.rowid = changed.row_id"""
                )

    def _table(self, lines: list[_Line]) -> pa.Table:
        rows = [
            {
                "row": row,
                "batch_id": self._batch_of(line.rejected),
                "source_id": line.rejected.source_id,
                "line": line.text,
                "line_number": line.rejected.line_number,
                "byte_offset": line.rejected.byte_offset,
                "byte_length": line.rejected.byte_length,
                "expected": line.rejected.line_hash,
                "is_digest": line_digest(line.text.encode()) == line.rejected.line_hash,
                "is_redacted": line.is_redacted,
                "occurrence": line.rejected.occurrence,
            }
            for row, line in enumerate(lines)
        ]
        return pa.Table.from_pylist(rows, schema=_LINES)


def _stored(line: _Line, texts: dict[RejectedLine, str]) -> _Line | None:
    text = texts.get(line.rejected)
    return None if text is None else _Line(line.rejected, text, is_redacted=True)
