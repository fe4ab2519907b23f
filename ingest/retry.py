"""Read set-aside lines again, in today's formats and settings, after something was mended.

All of it is one transaction. A line that is understood now leaves quarantine and is counted once: a batch of no
lines corrects the counts of its source, one line less quarantined and one request more, so that the outcomes still add
up. What is still not understood stays, and so does what is not found any more where it stood.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import pyarrow as pa

from pixeldesk.errors import StoreError, UsageError
from pixeldesk.ingest.formats.detection import SAMPLE_BYTES, detect_format
from pixeldesk.ingest.formats.log_format import LogFormat, log_format
from pixeldesk.ingest.parsing.refusal import why_refused
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.lines import line_digest
from pixeldesk.ingest.writing.batch import count_rollups, plausible_span
from pixeldesk.ingest.writing.merging import merge
from pixeldesk.ingest.writing.rejected_lines import RejectedLine, rejected_lines, with_bytes
from pixeldesk.ingest.writing.reused_ids import ReusedIds
from pixeldesk.ingest.writing.staging import Places, Staging, stored
from pixeldesk.settings import Settings
from pixeldesk.store import Store, Transaction

_TABLES = {"quarantine": "quarantined", "unmapped": "unmapped"}
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
    ]
)
_Line = tuple[RejectedLine, str]


@dataclass
class RetryReport:
    """What became of the lines that were tried: each is in exactly one of the five outcomes."""

    tried: int = 0
    requests: int = 0
    events: int = 0
    duplicates: int = 0
    """Those that stand in the store already."""
    still: int = 0
    """Those that are still not understood."""
    not_found: int = 0
    """Those whose source has gone, or holds something else in their place."""
    not_found_in: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As the command line's contract has it."""
        return {**asdict(self), "not_found_in": self.not_found_in[:_SHOWN_SOURCES]}


def retry(store: Store, settings: Settings, source: str | None = None, reason: str | None = None) -> RetryReport:
    """Try the set-aside lines of a source, or of all; of one kind of reason, or whatever it is. Raises StoreError."""
    with store.transaction() as transaction:
        return _Retry(transaction, settings).run(rejected_lines(transaction, source, reason))


class _Retry:
    def __init__(self, transaction: Transaction, settings: Settings) -> None:
        self._transaction = transaction
        self._settings = settings
        self._now = datetime.now(UTC).replace(tzinfo=None)
        # A last line without a line end is taken back when its source grows: that has a batch of its own.
        self._batch = {provisional: self._next_batch() for provisional in (False, True)}
        self._first_batch = self._batch[False]
        self._reused_ids = ReusedIds(transaction, self._first_batch)
        self._counts: dict[tuple[int, int], LineCounts] = {}
        self._report = RetryReport()
        self._not_found: Counter[str] = Counter()
        transaction.execute("CREATE OR REPLACE TEMP TABLE touched (minute TIMESTAMP)")

    def run(self, lines: list[RejectedLine]) -> RetryReport:
        self._report.tried = len(lines)
        for _, of_source in groupby(lines, key=lambda one: one.source_id):
            for part in self._parts(self._readable(of_source)):
                self._try(part)
        self._count("requests", stored(self._transaction, "requests", self._first_batch))
        self._count("events", stored(self._transaction, "events", self._first_batch))
        merge(self._transaction, self._first_batch)
        count_rollups(self._transaction, self._first_batch)
        self._reused_ids.find()
        self._record()
        self._report.not_found = sum(self._not_found.values())
        self._report.not_found_in = sorted(self._not_found)
        return self._report

    def _next_batch(self) -> int:
        return int(self._transaction.value("SELECT nextval('batch_ids')"))

    def _readable(self, lines: Iterable[RejectedLine]) -> Iterator[tuple[RejectedLine, bytes]]:
        """Those that are not too long, with their bytes."""
        short = []
        for line in lines:
            if line.byte_length > self._settings.max_line_bytes:
                self._report.still += 1
            else:
                short.append(line)
        return with_bytes(short, self._settings)

    def _parts(self, lines: Iterable[tuple[RejectedLine, bytes]]) -> Iterator[list[_Line]]:
        """As many at once as a chunk of an ingest has, at most."""
        part: list[_Line] = []
        size = 0
        for line, found in lines:
            try:
                part.append((line, found.decode()))
                size += len(found)
            except UnicodeDecodeError:
                self._not_text(line, found)
            if size >= self._settings.chunk_bytes:
                yield part
                part, size = [], 0
        if part:
            yield part

    def _not_text(self, line: RejectedLine, found: bytes) -> None:
        if line_digest(found) == line.line_hash:
            self._report.still += 1
        else:
            self._not_found[line.path] += 1

    def _try(self, lines: list[_Line]) -> None:
        left = self._verified(lines)
        still: dict[int, str] = {}
        for one in self._formats(left):
            if left:
                left, still = self._stage(left, one)
        self._report.still += len(left)
        self._update_reasons([(line, still[row]) for row, (line, _) in enumerate(left) if row in still])

    def _formats(self, lines: list[_Line]) -> Iterator[LogFormat]:
        """What the source was read as, then what its lines look like today."""
        if not lines:
            return
        name = lines[0][0].format
        # It may have been somebody's own, and be there no more.
        with suppress(UsageError):
            yield log_format(name, self._settings.formats)
        sample = "\n".join(text for _, text in lines[:1000]).encode()[:SAMPLE_BYTES]
        try:
            found = detect_format(sample, True, "auto", self._settings.formats)
        except UsageError:
            return
        if found.name.removeprefix("documents/") != name.removeprefix("documents/"):
            yield found

    def _verified(self, lines: list[_Line]) -> list[_Line]:
        with self._transaction.registered("candidates", self._table(lines)):
            same = self._transaction.execute("SELECT row FROM candidates WHERE is_digest OR hash(line) = expected")
        rows = {row for (row,) in same}
        self._not_found.update(line.path for row, (line, _) in enumerate(lines) if row not in rows)
        return [one for row, one in enumerate(lines) if row in rows]

    def _stage(self, lines: list[_Line], one: LogFormat) -> tuple[list[_Line], dict[int, str]]:
        """Store what is good in this format. Returns the other lines, and why they are refused by their number."""
        oldest, newest = plausible_span(self._settings, self._now)
        staging = Staging(self._transaction, one, oldest, newest, self._first_batch)
        with self._transaction.registered("lines", self._table(lines)):
            duplicates = staging.stage(len(lines))
        others = self._transaction.execute(
            "DELETE FROM staged WHERE outcome IN ('refused', 'unmapped') RETURNING row, raw, batch_id, duplicate"
        )
        staging.insert_staged()
        refused = {row: raw for row, raw, _, _ in others}
        self._count("duplicates", duplicates)
        # Those that stand where they are set aside are none.
        of_no_account = Counter(batch for _, _, batch, duplicate in others if duplicate)
        source_id = lines[0][0].source_id
        self._count("duplicates", [(batch, source_id, -count) for batch, count in of_no_account.items()])
        self._take_out([line for row, (line, _) in enumerate(lines) if row not in refused])
        left = [row for row in range(len(lines)) if row in refused]
        reasons = {place: why_refused(refused[row], one) for place, row in enumerate(left)}
        return [lines[row] for row in left], reasons

    def _take_out(self, lines: list[RejectedLine]) -> None:
        for table, outcome in _TABLES.items():
            taken = [line for line in lines if line.table == table]
            places = pa.table({"place": pa.array([line.place for line in taken], pa.int64())})
            with self._transaction.registered("taken", places):
                self._transaction.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT place FROM taken)")
            for line in taken:
                self._count(outcome, [(self._batch[line.provisional], line.source_id, -1)])

    def _update_reasons(self, lines: list[tuple[RejectedLine, str]]) -> None:
        changed = [(line.place, reason) for line, reason in lines if line.reason not in (None, reason)]
        if changed:
            places, reasons = zip(*changed, strict=True)
            table = pa.table({"place": pa.array(places, pa.int64()), "reason": pa.array(reasons, pa.string())})
            with self._transaction.registered("changed", table):
                self._transaction.execute(
                    "UPDATE quarantine SET reason = changed.reason FROM changed WHERE quarantine.rowid = changed.place"
                )

    def _table(self, lines: list[_Line]) -> pa.Table:
        rows = [
            (
                row,
                self._batch[line.provisional],
                line.source_id,
                text,
                line.line_number,
                line.byte_offset,
                line.byte_length,
                line.line_hash,
                line_digest(text.encode()) == line.line_hash,
            )
            for row, (line, text) in enumerate(lines)
        ]
        columns = zip(*rows, strict=True) if rows else [()] * len(_LINES)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, _LINES.types, strict=True)]
        return pa.Table.from_arrays(arrays, schema=_LINES)

    def _count(self, outcome: str, places: Places) -> None:
        for batch_id, source_id, count in places:
            self._counts.setdefault((batch_id, source_id), LineCounts()).add(LineCounts(**{outcome: count}))

    def _record(self) -> None:
        """Correct the counts of the sources."""
        corrected = {place: counts for place, counts in self._counts.items() if counts != LineCounts()}
        if not all(counts.balanced for counts in corrected.values()):
            raise StoreError(f"the line counts do not add up ({corrected}); nothing was changed")
        rows = [
            (batch_id, source_id, self._now, batch_id == self._batch[True], *asdict(counts).values())
            for (batch_id, source_id), counts in corrected.items()
        ]
        self._transaction.append("batches", rows)
        for counts in corrected.values():
            self._report.requests += counts.requests
            self._report.events += counts.events
            self._report.duplicates += counts.duplicates
