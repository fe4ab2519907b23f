"""A source being read: what the store knows of it and how far it has come."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pixeldesk.ingest.formats.log_format import LogFormat
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.fingerprint import RETIRED_NAME, digest
from pixeldesk.ingest.sources.lines import START, Checkpoint
from pixeldesk.ingest.writing.merging import restore
from pixeldesk.store import Transaction


@dataclass
class SourceProgress:
    """One source. `counts`, by batch, are what is not recorded yet."""

    name: str
    log_format: LogFormat
    source_id: int | None = None
    size: int | None = None
    modified_ns: int | None = None
    checkpoint: Checkpoint = START
    grown: bool = False
    """It was read before and is now longer: a last line taken without a line end is read again."""
    replaces: int | None = None
    """The source that was read before under its name."""
    is_followed: bool = False
    unended_bytes: int = 0
    """The length of its last line, if that was taken without a line end."""
    unended: bytes = b""
    """The end of that line."""
    is_held_back: bool = False
    """A last line without a line end was left for later."""
    ended: bool = False
    problem: str | None = None
    counts: dict[int, LineCounts] = field(default_factory=dict)
    has_parts: bool = False
    """Its lines are counted part by part, and the batch has one row all the same."""
    parts: dict[int, LineCounts] = field(default_factory=dict)
    """What became of the lines of each part, once the batch is finished."""

    def join_parts(self, batch_id: int) -> None:
        """Count the lines of all parts as those of one batch."""
        self.parts, self.counts = self.counts, {batch_id: LineCounts()}
        for counts in self.parts.values():
            self.counts[batch_id].add(counts)


def withdraw_unterminated(transaction: Transaction, source_id: int | None) -> None:
    """Take back a last line that had no line end when the source was read before: it may have grown.

    The minutes it was in go into the table `touched`.
    """
    source = {"source": source_id}
    provisional = "SELECT count(*) FROM batches WHERE source_id = $source AND provisional"
    if not transaction.value(provisional, source):
        return
    unterminated = "SELECT batch_id FROM batches WHERE source_id = $source AND provisional"
    transaction.execute(
        f"""INSERT INTO touched SELECT DISTINCT date_trunc('minute', timestamp) FROM requests
        WHERE batch_id IN ({unterminated}) AND NOT clock_suspect""",
        source,
    )
    restore(transaction, source_id)
    for table in ("requests", "second_lines", "events", "aliases", "quarantine", "unmapped"):
        transaction.execute(f"DELETE FROM {table} WHERE batch_id IN ({unterminated})", source)
    transaction.execute("DELETE FROM batches WHERE source_id = $source AND provisional", source)


def retire(transaction: Transaction, source_ids: list[int], now: datetime) -> None:
    """Take sources out of their names, which others have now: what their lines are from can still be told."""
    sources = {"sources": source_ids}
    transaction.execute("DELETE FROM sources WHERE lines = 0 AND unended_bytes = 0 AND source_id IN $sources", sources)
    ending = f" (replaced {now:%Y-%m-%d %H:%M:%S} UTC)"
    for source_id, path in transaction.execute(
        "SELECT source_id, path FROM sources WHERE source_id IN $sources", sources
    ):
        transaction.execute(
            "UPDATE sources SET path = $path, size = coalesce(size, position) WHERE source_id = $source",
            {"source": source_id, "path": path if RETIRED_NAME.fullmatch(path) else path + ending},
        )


def record(transaction: Transaction, readings: list[SourceProgress], whole_batch: int, now: datetime) -> None:
    """Write down how far sources were read, and what became of their lines in each batch.

    A batch other than `whole_batch` holds a last line without a line end. A followed source, of which there is a
    batch a second, gets one row an hour for the others.
    """
    followed = {
        one.source_id: one.counts[whole_batch] for one in readings if one.is_followed and whole_batch in one.counts
    }
    _add_those_of_this_hour(transaction, followed, now)
    transaction.append(
        "batches",
        [
            (batch_id, reading.source_id, now, batch_id != whole_batch, *asdict(counts).values())
            for reading in readings
            for batch_id, counts in reading.counts.items()
        ],
    )
    sources = {"sources": [reading.source_id for reading in readings]}
    among = "FROM sources WHERE source_id IN $sources"
    first_read_at = dict(transaction.execute(f"SELECT source_id, first_read_at {among}", sources))
    transaction.execute(f"DELETE {among}", sources)
    transaction.append("sources", [_row(one, first_read_at.get(one.source_id, now), now) for one in readings])
    for reading in readings:
        reading.counts = {}


def _row(reading: SourceProgress, first_read_at: datetime, now: datetime) -> tuple[Any, ...]:
    # Size and time are noted only once all is read: they say that nothing is left to read.
    is_whole = reading.ended and not reading.is_held_back
    head, tail = reading.checkpoint.head, reading.checkpoint.tail
    return (
        reading.source_id,
        reading.name,
        reading.log_format.name,
        reading.size if is_whole else None,
        reading.modified_ns if is_whole else None,
        reading.checkpoint.position,
        reading.checkpoint.lines,
        len(head),
        digest(head),
        len(tail),
        digest(tail),
        reading.problem,
        first_read_at,
        now,
        reading.unended_bytes,
        digest(reading.unended),
    )


def _add_those_of_this_hour(transaction: Transaction, counted: dict[int | None, LineCounts], now: datetime) -> None:
    """Take the rows of earlier batches of this hour into the counts of the one that is to be written."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    for source_id, *counts in transaction.execute(
        f"""DELETE FROM batches WHERE source_id IN $sources AND NOT provisional AND committed_at >= $hour
        RETURNING source_id, {", ".join(asdict(LineCounts()))}""",
        {"sources": [*counted, -1], "hour": hour},
    ):
        counted[source_id].add(LineCounts(*counts))
