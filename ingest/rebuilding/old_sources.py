"""Give the sources of an old store to the new one: first without a checkpoint, at the end with it.

A source whose records were all read goes on where it ended. Otherwise it is read again from its start, if it still
exists, so that the lines that could not be read are stored.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pixeldesk.errors import UsageError
from pixeldesk.ingest.formats.log_format import LogFormat, log_format
from pixeldesk.ingest.rebuilding.replay import SAMPLED_RECORDS, ReplayedSource, detected_formats
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.fingerprint import digest
from pixeldesk.ingest.writing.batch_counts import BatchCounts
from pixeldesk.settings import Settings
from pixeldesk.store import Transaction
from pixeldesk.store.salvage import OldStore

Row = dict[str, Any]
# What a source has before its first line was read.
_UNREAD: Row = {
    "finished": False,
    "size": None,
    "modified_ns": None,
    "position": 0,
    "lines": 0,
    "head_length": 0,
    "head_digest": digest(b""),
    "tail_length": 0,
    "tail_digest": digest(b""),
    "unended_bytes": 0,
    "unended_digest": digest(b""),
}
_PROGRESS = (*_UNREAD, "problem", "first_read_at", "last_read_at")
_COUNTS = (
    f"SELECT source_id, {', '.join(f'sum({name}) AS {name}' for name in asdict(LineCounts()))} FROM batches GROUP BY 1"
)


class OldSources:
    """The sources of an old store, by their old ids. `new_ids` has their ids in the new store."""

    def __init__(self, old: OldStore, settings: Settings, now: datetime) -> None:
        self._old = old
        self._settings = settings
        self._now = now
        self._rows: dict[int, Row] = {row["source_id"]: row for row in old.rows("SELECT * FROM sources")}
        self._provisional: dict[int, tuple[int, ...]] = {
            row["source_id"]: tuple(row["batches"])
            for row in old.rows(
                "SELECT source_id, list(batch_id) AS batches FROM batches WHERE provisional GROUP BY source_id"
            )
        }
        self._formats: dict[int, LogFormat] = {}
        self._replayed: Counter[int] = Counter()
        self._added: set[int] = set()
        self.new_ids: dict[int, int] = {}

    def adopt(self, transaction: Transaction) -> None:
        """Find each source in the new store, or add it without a checkpoint."""
        for old_id, row in self._rows.items():
            known = _id_of(transaction, row)
            self.new_ids[old_id] = known or self._add(transaction, row)
            if known is None:
                self._added.add(old_id)

    def of_records(self, transaction: Transaction) -> list[ReplayedSource]:
        """Return the sources of the registered table `records`, each with the format to parse it in."""
        counted = transaction.execute("SELECT source_id, count(*) FROM records GROUP BY source_id ORDER BY source_id")
        for old_id, count in counted:
            self._replayed[old_id] += count
        return [
            ReplayedSource(
                old_id,
                self.new_id(transaction, old_id),
                self._format(transaction, old_id),
                self._provisional.get(old_id, ()),
            )
            for old_id, _ in counted
        ]

    def new_id(self, transaction: Transaction, old_id: int) -> int:
        """Return a source's id in the new store; a source of which only the id is known is added."""
        if old_id not in self.new_ids:
            self._add_unknown(transaction, old_id)
        return self.new_ids[old_id]

    def finish(self, transaction: Transaction, *, is_whole: bool) -> None:
        """Give each source its checkpoint if all its records were read, which is so for all of them if `is_whole`."""
        expected = {} if is_whole else self._expected()
        counted = _counts_by_source(self._old.rows(_COUNTS)) if is_whole else {}
        for old_id, row in self._rows.items():
            if is_whole or self._replayed[old_id] >= expected.get(old_id, 1 << 62):
                # A source that the new store has read further stays as it is.
                transaction.execute(
                    f"""UPDATE sources SET {", ".join(f"{name} = ${name}" for name in _PROGRESS)}
                    WHERE source_id = $new_id AND position <= $position AND lines <= $lines""",
                    {**{name: row[name] for name in _PROGRESS}, "new_id": self.new_ids[old_id]},
                )
            if old_id in counted and old_id in self._added:
                self._count_lines_without_record(transaction, self.new_ids[old_id], counted[old_id])

    def _count_lines_without_record(self, transaction: Transaction, new_id: int, before: LineCounts) -> None:
        """Count the lines of a source that left no record: duplicates, blank lines, and those that a rule dropped."""
        names = list(asdict(before))
        sums = ", ".join(f"coalesce(sum({name}), 0)" for name in names)
        found = transaction.execute(f"SELECT {sums} FROM batches WHERE source_id = $source", {"source": new_id})
        now = LineCounts(**dict(zip(names, map(int, found[0]), strict=True)))
        missing = before.lines - now.lines
        dropped = max(missing - before.duplicates - before.blank, 0)
        requests = min(dropped, max(before.requests - now.requests, 0))
        counts = LineCounts(
            lines=before.duplicates + before.blank + dropped,
            requests=requests,
            events=dropped - requests,
            duplicates=before.duplicates,
            blank=before.blank,
            bytes=max(before.bytes - now.bytes, 0),
        )
        batch = int(transaction.value("SELECT nextval('batch_ids')"))
        recorded = BatchCounts(transaction, batch, self._now)
        recorded.add(batch, new_id, counts)
        recorded.record()

    def _expected(self) -> dict[int, int]:
        """Return how many records each source had; nothing if a retention rule has dropped some."""
        if self._old.unread.get("batches") or self._old.rows("SELECT 1 FROM dropped_days LIMIT 1"):
            return {}
        rows = self._old.rows(
            """SELECT source_id, sum(requests + events + quarantined + unmapped) AS records
            FROM batches GROUP BY source_id"""
        )
        return {row["source_id"]: int(row["records"]) for row in rows}

    def _add(self, transaction: Transaction, row: Row) -> int:
        new_id = int(transaction.value("SELECT nextval('source_ids')"))
        transaction.append("sources", [{**row, **_UNREAD, "source_id": new_id}])
        return new_id

    def _add_unknown(self, transaction: Transaction, old_id: int) -> None:
        """Add a source whose row could not be read. Its name is made of the old store's."""
        row = {
            "path": f"{self._old.path}#{old_id}",
            "state": "gone",
            "retired_at": self._now,
            "format": "",
            "problem": None,
            "first_read_at": self._now,
            "last_read_at": self._now,
        }
        known = transaction.execute("SELECT source_id FROM sources WHERE path = $path", {"path": row["path"]})
        self.new_ids[old_id] = known[0][0] if known else self._add(transaction, row)

    def _format(self, transaction: Transaction, old_id: int) -> LogFormat:
        """Return the format in which a source was read; if there is none of that name any more, the detected one."""
        if old_id not in self._formats:
            self._formats[old_id] = self._known_format(old_id) or self._detected_format(transaction, old_id)
            if old_id not in self._rows:
                named = {"format": str(self._formats[old_id].name), "source": self.new_ids[old_id]}
                transaction.execute("UPDATE sources SET format = $format WHERE source_id = $source", named)
        return self._formats[old_id]

    def _known_format(self, old_id: int) -> LogFormat | None:
        with suppress(UsageError, KeyError):
            return log_format(self._rows[old_id]["format"], self._settings.formats)
        return None

    def _detected_format(self, transaction: Transaction, old_id: int) -> LogFormat:
        sample = transaction.execute(
            f"SELECT raw FROM records WHERE source_id = $source LIMIT {SAMPLED_RECORDS}", {"source": old_id}
        )
        found = detected_formats([raw for (raw,) in sample], self._settings)
        return found[0].as_main().with_others(tuple(found[1:])) if found else log_format("pixel")


def _counts_by_source(rows: list[Row]) -> dict[int, LineCounts]:
    return {row["source_id"]: LineCounts(**{name: int(row[name]) for name in asdict(LineCounts())}) for row in rows}


def _id_of(transaction: Transaction, row: Row) -> int | None:
    found = transaction.execute(
        """SELECT source_id FROM sources
        WHERE path = $path AND state = $state AND retired_at IS NOT DISTINCT FROM $retired_at""",
        {name: row[name] for name in ("path", "state", "retired_at")},
    )
    return int(found[0][0]) if found else None
