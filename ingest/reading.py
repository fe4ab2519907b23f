"""A source being read: what the store knows of it and how far it has come."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ingest.lines import START, Mark
from ingest.log_format import LogFormat
from ingest.report import LineCounts
from store import Transaction


@dataclass
class Reading:
    """One source. `counts`, by batch, are what is not recorded yet."""

    name: str
    log_format: LogFormat
    source_id: int | None = None
    size: int | None = None
    modified_ns: int | None = None
    mark: Mark = START
    grown: bool = False
    """It was read before and is now longer: a last line taken without a line end is read again."""
    ended: bool = False
    problem: str | None = None
    counts: dict[int, LineCounts] = field(default_factory=dict)


def withdraw_unterminated(transaction: Transaction, source_id: int | None) -> None:
    """Take back a last line that had no line end when the source was read before: it may have grown.

    The minutes it was in go into the table `touched`.
    """
    source = {"source": source_id}
    unterminated = "SELECT batch_id FROM batches WHERE source_id = $source AND provisional"
    transaction.execute(
        f"""INSERT INTO touched SELECT DISTINCT date_trunc('minute', timestamp) FROM requests
        WHERE batch_id IN ({unterminated}) AND NOT clock_suspect""",
        source,
    )
    for table in ("requests", "events", "quarantine", "unmapped"):
        transaction.execute(f"DELETE FROM {table} WHERE batch_id IN ({unterminated})", source)
    transaction.execute("DELETE FROM batches WHERE source_id = $source AND provisional", source)


def record(transaction: Transaction, reading: Reading, whole_batch: int, now: datetime) -> None:
    """Write down how far the source was read, and what became of its lines in each batch.

    A batch other than `whole_batch` holds a last line without a line end.
    """
    transaction.append(
        "batches",
        [
            (batch_id, reading.source_id, now, batch_id != whole_batch, *asdict(counts).values())
            for batch_id, counts in reading.counts.items()
        ],
    )
    reading.counts = {}
    source: dict[str, Any] = {"source": reading.source_id}
    before = transaction.execute("SELECT first_read_at FROM sources WHERE source_id = $source", source)
    transaction.execute("DELETE FROM sources WHERE source_id = $source", source)
    head, tail = reading.mark.head, reading.mark.tail
    transaction.append(
        "sources",
        [
            (
                reading.source_id,
                reading.name,
                reading.log_format.name,
                # Size and time are noted only once all is read: they say that nothing is left to read.
                reading.size if reading.ended else None,
                reading.modified_ns if reading.ended else None,
                reading.mark.position,
                reading.mark.lines,
                len(head),
                hashlib.sha256(head).hexdigest(),
                len(tail),
                hashlib.sha256(tail).hexdigest(),
                reading.problem,
                before[0][0] if before else now,
                now,
            )
        ],
    )
