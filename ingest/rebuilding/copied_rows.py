"""Copy the rows of an old store that cannot be made again from its records."""

from datetime import datetime

import pyarrow as pa

from pixeldesk.ingest.rebuilding.old_sources import OldSources
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.writing.batch_counts import BatchCounts
from pixeldesk.store import Transaction
from pixeldesk.store.salvage import OldStore

_IDENTITY = {"losses": ("path", "looked_at", "what"), "pushes": ("sender", "key_digest")}
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
    """Copy losses, answered posts, and what is known of days of which lines were dropped. Present rows stay."""
    for table, identity in _IDENTITY.items():
        _copy_missing(transaction, table, old.arrow(f"SELECT * FROM {table}"), identity, new_ids)
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
    ids = {old_id: sources.new_id(transaction, old_id) for old_id in set(rows["source_id"].to_pylist())}
    batch = transaction.value("SELECT nextval('batch_ids')")
    rows = rows.set_column(
        rows.column_names.index("source_id"),
        "source_id",
        pa.array([ids[old_id] for old_id in rows["source_id"].to_pylist()], pa.int32()),
    )
    with transaction.registered("copied", rows):
        inserted = transaction.execute(
            f"""INSERT INTO {table} BY NAME
            SELECT * REPLACE ({batch} AS batch_id) FROM copied
            ANTI JOIN {table} AS stored
                ON stored.line_hash = copied.line_hash AND stored.byte_length = copied.byte_length
            RETURNING source_id"""
        )
    counts = BatchCounts(transaction, batch, now)
    for source_id in set(ids.values()):
        stored = sum(row == (source_id,) for row in inserted)
        lines = sum(value == source_id for value in rows["source_id"].to_pylist())
        outcome = {_OUTCOME[table]: stored}
        counts.add(batch, source_id, LineCounts(lines=lines, duplicates=lines - stored, **outcome))
    return counts.record()


def _copy_missing(
    transaction: Transaction, table: str, rows: pa.Table, identity: tuple[str, ...], new_ids: dict[int, int]
) -> None:
    if "source_id" in rows.column_names:
        ids = pa.array([new_ids.get(old_id, old_id) for old_id in rows["source_id"].to_pylist()], pa.int32())
        rows = rows.set_column(rows.column_names.index("source_id"), "source_id", ids)
    same = " AND ".join(f"present.{name} = copied.{name}" for name in identity)
    with transaction.registered("copied", rows):
        transaction.execute(f"INSERT INTO {table} BY NAME SELECT * FROM copied ANTI JOIN {table} AS present ON {same}")
