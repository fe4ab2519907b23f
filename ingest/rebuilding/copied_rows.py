"""Copy the rows of an old store that cannot be made again from its records."""

from collections import Counter
from datetime import datetime

import pyarrow as pa

from pixeldesk.ingest.rebuilding.old_sources import OldSources
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.writing.batch_counts import BatchCounts
from pixeldesk.store import Transaction
from pixeldesk.store.salvage import OldStore

_IDENTITY = {
    "losses": ("path", "looked_at", "what"),
    "pushes": ("sender", "key_digest"),
    "pushed_bodies": ("sender", "body_digest"),
}
_OUTCOME = {"quarantine": "quarantined", "unmapped": "unmapped"}
# The counts of days of which a retention rule dropped lines, by the time column of their table.
_FROZEN = {
    "requests_per_minute": "minute",
    "requests_per_hour": "hour",
    "errors_per_hour_and_caller": "hour",
    "requests_per_hour_and_customer": "hour",
    "server_errors_per_minute": "minute",
    "contradictory_requests": "timestamp",
}


def copy_other_rows(transaction: Transaction, old: OldStore, new_ids: dict[int, int]) -> None:
    """Copy losses, posts, counts of repeated lines, and what is known of days of which lines were dropped.

    Present rows stay.
    """
    for table, identity in _IDENTITY.items():
        _copy_missing(transaction, table, old.arrow(f"SELECT * FROM {table}"), identity, new_ids)
    _copy_counts(transaction, old, new_ids)
    # The days come with their counts or not at all.
    if transaction.value("SELECT EXISTS (SELECT 1 FROM dropped_days)"):
        return
    questions = {"dropped_days": "SELECT * FROM dropped_days"} | {
        table: f"""SELECT * FROM {table} AS counted WHERE EXISTS (SELECT 1 FROM dropped_days
            WHERE day = date_trunc('day', {time})
                AND dropped_days.environment IS NOT DISTINCT FROM counted.environment)"""
        for table, time in _FROZEN.items()
    }
    for table, sql in questions.items():
        with transaction.registered("copied", old.arrow(sql)):
            transaction.execute(f"INSERT INTO {table} BY NAME SELECT * FROM copied")


def copy_rejected(
    transaction: Transaction, old: OldStore, table: str, is_whole: str, sources: OldSources, now: datetime
) -> LineCounts:
    """Copy the rejected lines of which the old store has no whole text. Returns their outcomes."""
    rows = old.arrow(f"SELECT * FROM {table} WHERE NOT coalesce({is_whole}, false)")
    new_ids = [sources.new_id(transaction, old_id) for old_id in rows["source_id"].to_pylist()]
    rows = _with_sources(rows, new_ids)
    batch = int(transaction.value("SELECT nextval('batch_ids')"))
    with transaction.registered("copied", rows):
        inserted = transaction.execute(
            f"""INSERT INTO {table} BY NAME
            SELECT * REPLACE ({batch} AS batch_id) FROM copied
            ANTI JOIN {table} AS stored
                ON stored.line_hash = copied.line_hash AND stored.byte_length = copied.byte_length
            RETURNING source_id"""
        )
    stored = Counter(source_id for (source_id,) in inserted)
    counts = BatchCounts(transaction, batch, now)
    for source_id, lines in Counter(new_ids).items():
        outcome = {_OUTCOME[table]: stored[source_id]}
        counts.add(batch, source_id, LineCounts(lines=lines, duplicates=lines - stored[source_id], **outcome))
    return counts.record()


def _copy_counts(transaction: Transaction, old: OldStore, new_ids: dict[int, int]) -> None:
    """Copy how far sources have got with equal lines, without last lines that will be read again."""
    rows = old.arrow(
        """SELECT source_id, line_hash, max(occurrences) AS occurrences FROM repeated_lines
        WHERE source_id IN (SELECT source_id FROM sources)
            AND batch_id NOT IN (SELECT batch_id FROM batches WHERE provisional)
        GROUP BY source_id, line_hash"""
    )
    rows = _with_sources(rows, [new_ids[old_id] for old_id in rows["source_id"].to_pylist()])
    batch = int(transaction.value("SELECT nextval('batch_ids')"))
    with transaction.registered("copied", rows):
        transaction.execute(
            f"""INSERT INTO repeated_lines BY NAME SELECT {batch} AS batch_id, * FROM copied
            ANTI JOIN repeated_lines AS present ON present.source_id = copied.source_id
                AND present.line_hash = copied.line_hash AND present.occurrences >= copied.occurrences"""
        )


def _copy_missing(
    transaction: Transaction, table: str, rows: pa.Table, identity: tuple[str, ...], new_ids: dict[int, int]
) -> None:
    if "source_id" in rows.column_names:
        rows = _with_sources(rows, [new_ids.get(old_id, old_id) for old_id in rows["source_id"].to_pylist()])
    same = " AND ".join(f"present.{name} = copied.{name}" for name in identity)
    with transaction.registered("copied", rows):
        transaction.execute(f"INSERT INTO {table} BY NAME SELECT * FROM copied ANTI JOIN {table} AS present ON {same}")


def _with_sources(rows: pa.Table, source_ids: list[int]) -> pa.Table:
    return rows.set_column(rows.column_names.index("source_id"), "source_id", pa.array(source_ids, pa.int32()))
