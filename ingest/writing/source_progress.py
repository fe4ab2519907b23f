"""Record how far each source was read, and what became of its lines."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pixeldesk.ingest.formats.log_format import MAX_FORMATS, LogFormat
from pixeldesk.ingest.report import LineCounts
from pixeldesk.ingest.sources.fingerprint import digest
from pixeldesk.ingest.sources.lines import START, Checkpoint
from pixeldesk.ingest.sources.source import COMPRESSED_SUFFIXES, STANDARD_INPUT
from pixeldesk.ingest.sources.source_name import SourceName
from pixeldesk.ingest.writing.equal_lines import forget_counts, forget_counts_of_retired
from pixeldesk.ingest.writing.merging import restore
from pixeldesk.store import Transaction


@dataclass
class SourceProgress:
    """A source while it is read. `counts` are by batch, and not recorded yet."""

    name: SourceName
    log_format: LogFormat
    source_id: int | None = None
    size: int | None = None
    modified_ns: int | None = None
    checkpoint: Checkpoint = START
    has_grown: bool = False
    """The source is longer than before: its last line, stored without a line feed, is withdrawn and read again."""
    replaces: int | None = None
    """The id of another source that had the same name before."""
    is_followed: bool = False
    unterminated_bytes: int = 0
    """The length of the last line if it was stored without a line feed, else 0."""
    unterminated: bytes = b""
    """The last bytes of that line."""
    defers_last_line: bool = False
    """A last line without a line feed was left for the next poll."""
    ended: bool = False
    """The source was read to its end."""
    problem: str | None = None
    counts: dict[int, LineCounts] = field(default_factory=dict)
    has_parts: bool = False
    """The lines are counted part by part, although the batch gets a single row."""
    parts: dict[int, LineCounts] = field(default_factory=dict)
    """The counts of each part, once the batch is finished."""

    def add_format(self, log_format: LogFormat) -> None:
        """Read further lines of the source in this format too."""
        known = {each.name for each in self.log_format.alternatives}
        if log_format.name in known or len(known) == MAX_FORMATS:
            return
        if self.log_format.is_fallback:
            self.log_format = log_format.as_main().in_documents(self.log_format.are_documents)
        else:
            self.log_format = self.log_format.with_others((*self.log_format.others, log_format))

    @property
    def can_grow(self) -> bool:
        """Whether lines may be appended: not to a pipe that has ended, nor to a compressed file that is whole."""
        path = self.name.path
        is_last = self.ended and not self.defers_last_line and self.problem is None
        return not (is_last and (path == STANDARD_INPUT or path.endswith(COMPRESSED_SUFFIXES)))

    def join_parts(self, batch_id: int) -> None:
        """Move the counts to `parts`, and count all parts as one batch."""
        self.parts, self.counts = self.counts, {batch_id: LineCounts()}
        for counts in self.parts.values():
            self.counts[batch_id].add(counts)


def withdraw_unterminated(transaction: Transaction, source_id: int | None) -> None:
    """Withdraw a last line that was stored without a line feed: the source has grown, and perhaps the line too.

    The minute of the line is added to the table `touched`.
    """
    source = {"source": source_id}
    provisional = "SELECT batch_id FROM batches WHERE source_id = $source AND provisional"
    if not transaction.value(f"SELECT count(*) FROM ({provisional})", source):
        return
    transaction.execute(
        f"""INSERT INTO touched SELECT DISTINCT date_trunc('minute', timestamp) FROM requests
        WHERE batch_id IN ({provisional}) AND NOT clock_suspect""",
        source,
    )
    restore(transaction, source_id)
    transaction.execute(f"UPDATE waiting_lines SET used_by = NULL WHERE used_by IN ({provisional})", source)
    of_lines = ("requests", "second_lines", "events", "quarantine", "unmapped", "repeated_lines")
    for table in (*of_lines, "aliases", "waiting_lines"):
        transaction.execute(f"DELETE FROM {table} WHERE batch_id IN ({provisional})", source)
    transaction.execute("DELETE FROM batches WHERE source_id = $source AND provisional", source)


def retire(transaction: Transaction, source_ids: list[int], now: datetime) -> None:
    """Give up sources whose paths now belong to other files. Their lines still have a source."""
    sources = {"sources": source_ids}
    transaction.execute("DELETE FROM sources WHERE lines = 0 AND unended_bytes = 0 AND source_id IN $sources", sources)
    transaction.execute(
        """UPDATE sources
        SET state = if(state = 'present', 'replaced', state), retired_at = coalesce(retired_at, $now), finished = true
        WHERE source_id IN $sources""",
        {**sources, "now": now},
    )
    forget_counts_of_retired(transaction, now)


def record(transaction: Transaction, sources: list[SourceProgress], whole_batch: int, now: datetime) -> None:
    """Record the checkpoints of sources, and the counts of their lines in each batch.

    A batch other than `whole_batch` holds a last line without a line feed. A followed source has a batch every second,
    so its batches of an hour share one row.
    """
    followed = {
        source.source_id: source.counts[whole_batch]
        for source in sources
        if source.is_followed and whole_batch in source.counts
    }
    _add_counts_of_this_hour(transaction, followed, now)
    transaction.append(
        "batches",
        [
            {
                "batch_id": batch_id,
                "source_id": source.source_id,
                "committed_at": now,
                "provisional": batch_id != whole_batch,
                **asdict(counts),
            }
            for source in sources
            for batch_id, counts in source.counts.items()
        ],
    )
    ids = {"sources": [source.source_id for source in sources]}
    recorded = "FROM sources WHERE source_id IN $sources"
    first_read_at = dict(transaction.execute(f"SELECT source_id, first_read_at {recorded}", ids))
    transaction.execute(f"DELETE {recorded}", ids)
    transaction.append("sources", [_row(source, first_read_at.get(source.source_id, now), now) for source in sources])
    forget_counts(transaction, [source.source_id for source in sources if source.source_id and not source.can_grow])
    for source in sources:
        source.counts = {}


def _row(source: SourceProgress, first_read_at: datetime, now: datetime) -> dict[str, Any]:
    finished = source.ended and not source.defers_last_line
    head, tail = source.checkpoint.head, source.checkpoint.tail
    return {
        "source_id": source.source_id,
        **asdict(source.name),
        "format": str(source.log_format.name),
        "finished": finished,
        "size": source.size if finished else None,
        "modified_ns": source.modified_ns if finished else None,
        "position": source.checkpoint.position,
        "lines": source.checkpoint.lines,
        "head_length": len(head),
        "head_digest": digest(head),
        "tail_length": len(tail),
        "tail_digest": digest(tail),
        "problem": source.problem,
        "first_read_at": first_read_at,
        "last_read_at": now,
        "unended_bytes": source.unterminated_bytes,
        "unended_digest": digest(source.unterminated),
    }


def _add_counts_of_this_hour(transaction: Transaction, counted: dict[int | None, LineCounts], now: datetime) -> None:
    """Delete the rows of earlier batches of this hour, and add their counts to those of the current batch."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    for source_id, *counts in transaction.execute(
        f"""DELETE FROM batches WHERE source_id IN $sources AND NOT provisional AND committed_at >= $hour
        RETURNING source_id, {", ".join(asdict(LineCounts()))}""",
        {"sources": [*counted, -1], "hour": hour},
    ):
        counted[source_id].add(LineCounts(*counts))
